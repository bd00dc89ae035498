"""YAML to a study and back is the identity; a dumped study holds nothing of this computer."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from predictor.errors import StudyError
from predictor.printable import computed
from predictor.study import Study, dump_study, load_study, parse_study
from predictor.study.folder_names import fault_of_learner_folder, folder_name

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


def read_back(study: Study) -> Study:
    pipeline = study.covariates.sql if study.covariates is not None else None
    return parse_study(dump_study(study), file=study.file, pipeline=pipeline)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_dump_and_parse_give_every_config_back(config: Path) -> None:
    study = load_study(config)
    assert read_back(study) == study


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_a_dumped_config_names_no_folder_of_this_computer(config: Path) -> None:
    assert str(Path(__file__).parents[2]) not in dump_study(load_study(config.resolve()))


def test_files_elsewhere_are_dumped_by_name(
    write_study: Callable[..., Path], tmp_path: Path
) -> None:
    pipeline = tmp_path / "far" / "base.sql"
    pipeline.parent.mkdir()
    pipeline.write_text("SELECT patient_id, age FROM cohort")
    study = load_study(
        write_study(more=f"covariates: {pipeline}\nvalidation: {{bootstrap: {{resamples: r.csv}}}}")
    )
    dumped = dump_study(study)
    assert str(tmp_path) not in dumped
    again = parse_study(dumped, file=study.file, pipeline="SELECT 1")
    assert again.validation.bootstrap.resamples == "r.csv"
    assert again.covariates is not None
    assert again.covariates.file == "base.sql"


def test_a_default_that_was_asked_for_is_not_forgotten(study_text: str) -> None:
    asked = "validation: {cross_validation: {repeats: 20}, interval: {}}\n"
    study = parse_study(study_text + asked, file="s", pipeline=None)
    again = read_back(study).validation
    assert again.model_fields_set == {"cross_validation", "interval"}
    for patients in (100, 500, 50_000):  # what is left out is chosen by their number
        assert again.for_patients(patients) == study.validation.for_patients(patients)


def test_levels_mean_the_same_to_another_reader_of_yaml(study_text: str) -> None:
    text = study_text.replace("[female, male]", "[no, 2020-01-31, 01, 1e3x, '1e3', '~', 'true']")
    dumped = yaml.safe_load(dump_study(parse_study(text, file="s", pipeline=None)))
    levels = dumped["columns"]["sex"]["levels"]
    assert levels == ["no", "2020-01-31", "01", "1e3x", "1e3", "~", "true"]


words = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1)
awkward = st.sampled_from(
    ["no", "Yes", "on", "null", "~", "true", "1", "01", "1.0", "1e3", ".5", "1:20", "2020-01-31",
     "0x1F", "-", "?", ":", "#", "a: b", "a # b", "'", '"', "{a}", "[a]", "&a", "*a", "!a", "|",
     ">", "%", "@", "`", "1_000", ".inf", "=", "<<", "é", "日本"]
)  # fmt: skip
texts = st.one_of(words, awkward)
levels = st.one_of(words.map(str.strip).filter(bool), awkward)
names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def columns(draw: st.DrawFn) -> dict[str, Any]:
    column: dict[str, Any] = {
        "known_at": draw(st.sampled_from(["T0", "no", "T2"])),
        "type": draw(st.sampled_from(["number", "integer", "category", "flag", "date", "text"])),
    }
    if column["type"] == "category":
        column["levels"] = draw(st.lists(levels, min_size=1, max_size=4, unique=True))
    if column["type"] in ("number", "integer") and draw(st.booleans()):
        low, high = sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
        column["range"] = [low, high]
    if column["type"] == "date" and draw(st.booleans()):
        days = st.lists(st.dates(), min_size=2, max_size=2, unique=True)
        column["range"] = [day.isoformat() for day in sorted(draw(days))]
    if column["type"] != "category" and draw(st.booleans()):
        column["missing"] = draw(st.lists(texts, max_size=2))
    if draw(st.booleans()):
        column["meaning"] = draw(texts)
        column["required"] = draw(st.booleans())
    return column


def names_a_folder(name: str) -> bool:
    """Whether the files of a learner of this name may lie in a folder of its own."""
    folder = folder_name(name)
    return fault_of_learner_folder(folder, [folder]) is None


@st.composite
def studies(draw: st.DrawFn) -> dict[str, Any]:
    learner = st.fixed_dictionaries(
        {},
        optional={
            "learner": names,
            "covariates": st.lists(names, min_size=1, max_size=3),
            "parameters": st.dictionaries(
                names, st.one_of(texts, st.integers(), st.booleans(), numbers), max_size=3
            ),
        },
    )
    return {
        "study": draw(names.filter(lambda name: name[0] != "_")),
        "timepoints": {"T0": draw(texts), "no": draw(texts), "T2": draw(texts)},
        "predict_at": "T0",
        "missing": draw(st.lists(texts, max_size=3)),
        "columns": {"patient id": {"role": "id"}, **draw(st.dictionaries(names, columns()))},
        "eligible": draw(st.dictionaries(texts, texts, max_size=3)),
        "outcome": {
            "name": draw(texts.filter(lambda name: not computed(name))),
            "known_at": "T2",
            "rule": draw(texts),
        },
        "learners": draw(st.dictionaries(names.filter(names_a_folder), learner, min_size=1)),
        "validation": {"thresholds": draw(st.lists(st.floats(0.01, 0.99), max_size=3))},
        "other_columns": draw(st.sampled_from(["refuse", "ignore"])),
        "seed": draw(st.integers(0, 2**64)),
    }


@settings(deadline=None, max_examples=50)
@given(raw=studies())
def test_dump_and_parse_give_every_study_back(raw: dict[str, Any]) -> None:
    try:
        study = parse_study(json.dumps(raw, ensure_ascii=False), file="s", pipeline=None)
    except StudyError as error:
        assume("used twice" not in str(error))  # names of learners that share a folder
        raise
    assert read_back(study) == study
    assert list(read_back(study).timepoints) == list(study.timepoints)
    assert [column.name for column in study.columns] == list(raw["columns"])


def test_an_identifier_that_is_also_a_cluster_is_written_as_it_was_read(study_text: str) -> None:
    text = study_text.replace(
        "  age:", "  person: {role: [id, cluster]}\n  course: {role: id, shared: true}\n  age:"
    )
    study = parse_study(text, file="study.yaml", pipeline=None)
    assert study.cluster == "person"
    assert study.ids == ("patient_id", "person", "course")
    assert parse_study(dump_study(study), file="study.yaml", pipeline=None) == study
