from __future__ import annotations

import json


def test_a_training_that_comes_out_again_is_said_in_two_lines(copied, predictor) -> None:
    code, out, err = predictor("verify", "models/small/latest/pain_only", "--data", "patients.csv")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "model of small repeated: pain only"
    assert " came out again." in lines[1]


def test_inputs_are_said_first_then_ten_numbers_and_all_of_them_as_json(
    copied, predictor, monkeypatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    copied.study.change(("ln(1 +", "ln(2 +"), file="covariates.sql")
    copied.study.change(("seed: 5", "seed: 6"))
    verify = [
        "verify",
        "models/small/latest/ridge",
        "--data",
        "patients.csv",
        "--config",
        "study.yaml",
    ]
    code, out, err = predictor(*verify)
    assert (code, err) == (1, "")
    parts = [
        "SQL: covariates is another one", "-SELECT patient_id", "+SELECT patient_id",
        "seed: 5 then, 6 now", "place", "scorer.", "more (--json has all)",
        "model of small repeated: ridge", "did not come out again",
    ]  # fmt: skip
    flat = " ".join(out.split())
    places = [flat.index(words) for words in parts]
    assert places == sorted(places)
    assert len([line for line in out.splitlines() if line.startswith("│")]) == 10
    code, out, err = predictor(*verify, "--json", "--quiet")
    assert (code, err) == (1, "")
    document = json.loads(out)
    assert not document["same"]
    assert len(document["numbers"]) > 100


def test_sql_and_names_of_users_are_shown_and_not_obeyed(copied, predictor) -> None:
    copied.study.change(("FROM cohort", "FROM cohort -- \x1b[2J wiped"), file="covariates.sql")
    code, out, _ = predictor(
        "verify",
        "models/small/latest/prevalence",
        "--data",
        "patients.csv",
        "--config",
        "study.yaml",
    )
    assert code == 1
    assert "\x1b" not in out
    assert "\\x1b[2J wiped" in out
    assert "came out again, but what is stored does not agree" in " ".join(out.split())


def test_what_is_no_training_is_refused(copied, predictor) -> None:
    code, out, err = predictor("verify", "models", "--data", "patients.csv")
    assert (code, out) == (1, "")
    assert err.startswith("refused: models: holds neither a report.json nor a saved model")
