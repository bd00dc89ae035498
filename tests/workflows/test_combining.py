"""One model in several hospitals, from the files they share."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from predictor.errors import DataError, PredictorError
from predictor.results import CombinedValidations, SharedValidation
from predictor.validation import centre_performance, for_others, summary
from predictor.validation.new_patients import NewPatients
from predictor.workflows import combine, write_combined

MODEL = "sha256:" + "ab" * 32


def write(folder: Path, name: str, *, n: int = 80, seed: int = 0, **said: object) -> Path:
    """The validation.json of a hospital."""
    rng = np.random.default_rng([seed, *name.encode()])
    logit = rng.normal(-0.4, 1, n)
    y = (rng.random(n) < expit(rng.normal(0, 0.3) + logit)).astype(float)
    exact = centre_performance(name, NewPatients(y, None, 1), expit(logit))
    words = {
        "model": MODEL, "study": "crps", "learner": "ridge", "outcome": "responder_t2",
        "predict_at": "T0", "outcome_known_at": "T2", "day": "2026-11-30", "version": "1",
    }  # fmt: skip
    shared = SharedValidation(centre=for_others(exact, seed), **{**words, **said})
    path = folder / f"{name}.json"
    path.write_text(json.dumps(shared.to_json(), ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def hospitals(tmp_path) -> list[Path]:
    return [write(tmp_path, name) for name in ("Mainz", "Berlin", "Zürich", "Köln")]


def test_files_of_hospitals_give_the_summary_of_their_centres(hospitals) -> None:
    found = combine(hospitals)
    centres = [SharedValidation.from_json(json.loads(p.read_text("utf-8"))) for p in hospitals]
    expected = summary(sorted((c.centre for c in centres), key=lambda centre: centre.name))
    assert [centre.name for centre in found.summary.centres] == [
        "Berlin",
        "Köln",
        "Mainz",
        "Zürich",
    ]
    assert found.files == ("Berlin.json", "Köln.json", "Mainz.json", "Zürich.json")
    for name, across in expected.across.items():
        assert found.summary.across[name].estimate == pytest.approx(across.estimate, rel=1e-4)
        low = found.summary.across[name].new_centre.low
        assert low == pytest.approx(across.new_centre.low, rel=1e-3)
    assert combine(hospitals[::-1]).summary == found.summary


def test_the_page_shows_every_centre_and_what_a_new_one_may_expect(hospitals, tmp_path) -> None:
    page = write_combined(combine(hospitals), tmp_path / "combined.html").read_text("utf-8")
    for words in ("Zürich", "one more centre", "prediction interval", "data:image/svg"):
        assert words in page
    with pytest.raises(PredictorError, match="a folder"):
        write_combined(combine(hospitals), tmp_path)


def test_the_command_prints_its_document_and_tables(hospitals, predictor, tmp_path) -> None:
    code, out, err = predictor("combine", *hospitals, "--json", "--quiet")
    assert (code, err) == (0, "")
    assert CombinedValidations.from_json(json.loads(out)).models == (MODEL,)
    code, out, err = predictor("combine", *hospitals, "--html", tmp_path / "c.html")
    assert code == 0
    assert "Zürich" in out
    assert "hardly known" in out
    assert "wrote" in err


def test_two_hospitals_are_shown_and_not_summarised(hospitals) -> None:
    found = combine(hospitals[:2]).summary
    assert len(found.centres) == 2
    assert found.across["auroc"].estimate is None


def test_fewer_than_two_files_are_refused(hospitals) -> None:
    with pytest.raises(PredictorError, match="two hospitals"):
        combine(hospitals[:1])


def test_nobody_counts_twice(hospitals, tmp_path) -> None:
    with pytest.raises(PredictorError, match="given twice"):
        combine([hospitals[0], tmp_path / "." / hospitals[0].name])
    copy = tmp_path / "copy.json"
    copy.write_text(hospitals[0].read_text("utf-8").replace("Mainz", "Elsewhere"), encoding="utf-8")
    with pytest.raises(PredictorError, match="says the same as"):
        combine([hospitals[0], copy])
    (tmp_path / "later").mkdir()
    later = write(tmp_path / "later", "Mainz", seed=2)
    with pytest.raises(PredictorError, match="of the centre 'Mainz', as is"):
        combine([hospitals[0], later])


def test_different_models_are_refused_unless_wanted(hospitals, tmp_path) -> None:
    other = write(tmp_path, "Ulm", model="sha256:" + "cd" * 32)
    with pytest.raises(PredictorError, match=r"2 different models.*--any-model"):
        combine([*hospitals, other])
    found = combine([*hospitals, other], any_model=True)
    assert len(found.models) == 2
    assert "differences between models" in found.words[0]


@pytest.mark.parametrize("key", ["outcome", "predict_at", "outcome_known_at"])
def test_different_questions_are_refused_even_then(hospitals, tmp_path, key) -> None:
    other = write(tmp_path, "Ulm", **{key: "another"})
    with pytest.raises(PredictorError, match=f"{key} is 'another'"):
        combine([*hospitals, other], any_model=True)


def test_every_file_that_cannot_be_read_is_named_with_what_is_wrong(hospitals, tmp_path) -> None:
    broken = {
        "no.json": None,
        "text.json": "no JSON",
        "list.json": "[]",
        "typed.json": hospitals[0]
        .read_text("utf-8")
        .replace('"estimate": 0', '"estimate": "x0', 1),
        "secret.json": hospitals[0].read_text("utf-8").replace('"day"', '"QZSECRET": 1, "day"'),
    }
    first = hospitals[0].read_text("utf-8")
    document = json.loads(first)
    document["centre"]["measures"]["auroc"]["estimate"] = 1.7
    broken["edited.json"] = json.dumps(document)
    document = json.loads(first) | {"model": "mine", "day": "yesterday"}
    broken["words.json"] = json.dumps(document)
    document = json.loads(first)
    document["centre"]["measures"]["auroc"]["standard_error"] = "QZVALUE"
    broken["kind.json"] = json.dumps(document)
    paths = []
    for name, text in broken.items():
        paths.append(tmp_path / name)
        if text is not None:
            paths[-1].write_text(text, encoding="utf-8")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(DataError) as refused:
        combine([*hospitals, *paths, tmp_path / "folder.json"])
    said = str(refused.value)
    for name in (*broken, "folder.json"):
        assert name in said
    assert "between 0 and 1" in said
    assert "day: expected a day" in said
    assert "centre.measures.auroc.standard_error" in said
    assert "QZVALUE" not in said


def test_a_name_that_a_terminal_would_obey_is_refused(hospitals, tmp_path) -> None:
    document = json.loads(hospitals[0].read_text("utf-8"))
    document["centre"]["name"] = "\x1b[31mred"
    (tmp_path / "red.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataError, match="printable"):
        combine([hospitals[1], tmp_path / "red.json"])
