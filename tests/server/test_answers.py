"""What the server says of patients is what `predictor score` writes."""

from __future__ import annotations

import csv
import json
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import predictor
from predictor.saved import read_model
from predictor.saved.model import RESEARCH_ONLY
from predictor.server.documents import Answer, Refusal
from tests.server.conftest import PATIENT, STORED, Asking, serving

NUMBERS = ("probability", "low", "high", "effective_sample_size", "baseline")


def stored_patients() -> list[dict[str, str]]:
    with (STORED / "new_patients.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def as_json(row: dict[str, str]) -> dict[str, Any]:
    """A row of a CSV with numbers as numbers and gaps as null."""

    def cell(text: str) -> object:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text or None

    return {name: text if name == "patient_id" else cell(text) for name, text in row.items()}


def number(text: Any) -> float:
    return math.nan if text is None else float(text)


@pytest.mark.parametrize("learner", ["ridge", "additive", "tree", "lightgbm"])
@pytest.mark.parametrize("form", [dict, as_json])
def test_the_numbers_are_those_of_the_command(learner, form):
    rows = stored_patients()
    model = read_model(STORED / learner)
    expected = predictor.score(model, STORED / "new_patients.csv", explain=True).to_table()
    with serving(model) as asking:
        together = asking.score(*map(form, rows)).document["patients"]
        alone = [asking.score(form(row)).document["patients"][0] for row in rows[:3]]

    for wanted, found in [
        *zip(expected.to_pylist(), together, strict=True),
        *zip(expected.to_pylist(), alone, strict=False),
    ]:
        assert found["patient_id"] == wanted["patient_id"]
        assert "; ".join(found["flags"]) == wanted["flags"]
        assert found["explanation"] == wanted["explanation"]
        for name in NUMBERS:
            np.testing.assert_allclose(number(found[name]), number(wanted[name]), rtol=1e-12)
        for name, value in found["contributions"].items():
            np.testing.assert_allclose(
                number(value), number(wanted[f"contribution_{name}"]), rtol=1e-12, atol=1e-15
            )


def test_an_answer_says_what_it_is_the_probability_of(local: Asking):
    answer = local.score(PATIENT).document

    Answer.model_validate(answer)
    assert answer["model"] == "stored/ridge"
    assert answer["outcome"] == "responder_t2"
    assert answer["predict_at"] == "T0"
    assert answer["notice"] == RESEARCH_ONLY


def test_patients_without_identifiers_are_numbered(local: Asking):
    answer = local.score(PATIENT, PATIENT | {"pain_t0": 3}).document

    assert [patient["patient_id"] for patient in answer["patients"]] == ["1", "2"]


def test_many_who_ask_at_once_get_the_answers_of_one(local: Asking):
    patients = [PATIENT | {"pain_t0": number / 10} for number in range(24)]
    # three wrong ones, one who is not eligible, two of the same name, one with a number for a name
    wrong = {3: {"pain_t0": 11}, 7: {"sex": "x"}, 9: {"course": 2}} | {
        12: {"patient_id": "N"}, 13: {"patient_id": " N"}, 14: {"patient_id": 1},
        18: {"pain_t0": 70},  # as of a 0-100 scale
    }  # fmt: skip
    patients = [patient | wrong.get(place, {}) for place, patient in enumerate(patients)]
    alone = [local.score(patient) for patient in patients]
    with ThreadPoolExecutor(24) as pool:
        together = list(pool.map(local.score, patients))

    assert [one.status for one in alone] == [
        422 if place in (3, 7, 18) else 200 for place in range(24)
    ]
    for one, among in zip(alone, together, strict=True):
        assert among.status == one.status
        assert _rounded(among.document) == _rounded(one.document)


def _rounded(document: Any) -> Any:
    return json.loads(json.dumps(document), parse_float=lambda text: round(float(text), 12))


def test_faults_name_patient_column_and_rule_and_no_value(local: Asking):
    answer = local.score(
        PATIENT, PATIENT | {"pain_t0": 77.125, "sex": "QZSECRET"}, PATIENT | {"onset": "2021-13-01"}
    )

    Refusal.model_validate(answer.document)
    assert answer.status == 422
    assert [(fault["patient"], fault["column"]) for fault in answer.document["faults"]] == [
        (2, "pain_t0"), (2, "sex"), (3, "onset"),
    ]  # fmt: skip
    assert "outside 0 to 10 NRS" in answer.document["faults"][0]["rule"]
    assert not {b"77.125", b"QZSECRET", b"2021-13-01"} & set(answer.body.split(b'"'))
    assert b"QZSECRET" not in answer.body
    assert b"77.125" not in answer.body


def test_a_lenient_request_scores_the_rest(local: Asking):
    answer = local.score(PATIENT, PATIENT | {"pain_t0": 77}, lenient=True)

    first, second = answer.document["patients"]
    assert answer.status == 200
    assert first["probability"] is not None
    assert second["probability"] is None
    assert second["baseline"] is None
    assert second["flags"][0].startswith("not scored: pain_t0 outside 0 to 10")


def test_who_is_not_eligible_is_no_fault(local: Asking):
    answer = local.score(PATIENT | {"course": 2})

    assert answer.status == 200
    assert answer.document["patients"][0]["flags"] == ["not scored: not eligible (first course)"]


def test_the_same_patient_twice_is_refused_or_flagged(local: Asking):
    twice = [PATIENT | {"patient_id": "N1"}, PATIENT | {"patient_id": " N1 "}]
    strict, lenient = local.score(*twice), local.score(*twice, lenient=True)

    assert strict.status == 422
    assert [fault["patient"] for fault in strict.document["faults"]] == [1, 2]
    assert lenient.status == 200
    assert "the same patient in another row" in lenient.document["patients"][0]["flags"]


def test_a_column_that_is_not_there_is_asked_for(local: Asking):
    without = {name: cell for name, cell in PATIENT.items() if name != "age_years"}
    absent = local.score(without)
    misnamed = local.score(without | {"Age years": 44})

    assert absent.status == misnamed.status == 422
    assert absent.document["faults"][0]["column"] == "age_years"
    assert "null if it is not known" in absent.document["faults"][0]["rule"]
    assert "'Age years': rename it" in misnamed.document["faults"][0]["rule"]


def test_other_columns_are_not_looked_at(local: Asking):
    more = local.score(PATIENT | {"hospital": "X", "pain_t2": 99, "": None})

    assert more.status == 200
    assert more.document == local.score(PATIENT).document


def test_names_are_compared_as_letters_look(local: Asking):
    answer = local.score(PATIENT | {"é": 1, "e\u0301": 2})

    assert answer.status == 422
    assert "look the same" in answer.document["faults"][0]["rule"]


def test_identifiers_are_sent_for_all_or_for_none(local: Asking):
    answer = local.score(PATIENT | {"patient_id": "N1"}, PATIENT)

    assert answer.status == 422
    assert answer.document["faults"] == [
        {"patient": 2, "column": "patient_id",
         "rule": "the model needs this column; send it, null if it is not known"},
    ]  # fmt: skip


def test_values_may_be_sent_as_in_a_csv(local: Asking):
    as_text = {name: str(cell).lower() for name, cell in PATIENT.items()}

    assert local.score(as_text).document == local.score(PATIENT).document
