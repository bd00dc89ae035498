from __future__ import annotations

import json

import pytest

from predictor.report.figures import Figure

ORDER = ["describe", "study.yaml", "--data", "patients.csv", "--out", "out"]


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch) -> None:
    """Drawing is the slowest part, and tested elsewhere."""
    monkeypatch.setattr(Figure, "png", lambda _: b"")


def test_json_is_one_document_and_the_file(small, predictor) -> None:
    code, out, err = predictor(*ORDER, "--json", "--quiet")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads((small.folder / "out" / "describe.json").read_text())


def test_results_are_told_on_standard_output(small, predictor) -> None:
    code, out, err = predictor(*ORDER, "--by", "sex")
    assert (code, err) == (0, "")
    for words in ("Patients", "Responders", "Table 1", "Events by sex", "describe.md"):
        assert words in out
    for secret in small.secrets() - {str(n) for n in range(100)}:
        assert secret not in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["describe", "study.yaml", "--data", "patients.csv"], 2, "--out"),
        (["describe", "none.yaml", "--data", "patients.csv", "--out", "out"], 1, "no such file"),
        ([*ORDER, "--by", "age_years"], 1, "not a category or flag"),
        ([*ORDER[:3], "none.csv", *ORDER[4:]], 1, "no such file"),
        ([*ORDER[:5], "study.yaml"], 2, "is a file"),
    ],
)
def test_wrong_input_is_refused_and_nothing_is_written(
    small, predictor, arguments, code, message
) -> None:
    before = small.files()
    found, out, err = predictor(*arguments)
    assert (found, out) == (code, "")
    assert message in err
    assert small.files() == before
