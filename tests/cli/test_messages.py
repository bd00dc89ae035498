from __future__ import annotations

import re
from pathlib import Path


def test_a_training_ends_with_the_table_the_champion_the_verdict_and_where_to_look(
    small, predictor, monkeypatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = predictor(
        "train", "study.yaml", "--data", "patients.csv", "--learner", "prevalence",
        "--learner", "ridge", "--models", "my models",
    )  # fmt: skip
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    parts = [
        "not eligible: first course", "if defined as: half", "What a fresh sample",
        "AUROC better than the prevalence's: ridge", "* champion: ", "Exploratory only",
        "issue expected_shrinkage: ", "audits passed, ",
        "report reports/small/latest/report.html",
        "model my models/", "runs predictor ui",
    ]  # fmt: skip
    places = [flat.index(words) for words in parts]
    assert places == sorted(places)
    assert "the choice among" not in flat  # of one learner that learns from covariates
    auroc = r"0\.\d\d \(0\.\d\d to [01]\.\d\d\) │ *0\.\d\d"
    assert re.search(rf"ridge \*? *│ *{auroc} │.*│ *\d+\.\d │", out)
    assert re.search(rf"prevalence *│ *{auroc} │.*│ *\d+\.\d │", out)
    (score,) = re.findall(r"^score +predictor (.*)$", out, flags=re.MULTILINE)
    assert score == "score 'my models/small/latest/ridge' --data NEW.csv --out scores.csv"
    report = Path(re.findall(r"^report +(\S+)$", out, flags=re.MULTILINE)[0])
    assert report.is_file()


def test_the_next_step_after_init_can_be_pasted(tmp_path, monkeypatch, predictor) -> None:
    monkeypatch.chdir(tmp_path)
    _, _, err = predictor("init", "my study")
    assert err.splitlines()[-1] == (
        "next: cd 'my study' && predictor train study.yaml --data example.csv"
    )


def test_check_says_how_many_patients_would_be_needed(small, predictor) -> None:
    code, out, err = predictor("check", "study.yaml", "--data", "patients.csv")
    assert (code, err) == (0, "")
    for words in ("Patients required for 7 parameters", "all of these", "log_age", "Here: 88"):
        assert words in out
    assert "issue  expected_shrinkage: 7 parameters, 88 patients: " in " ".join(out.split("\n"))
    assert re.search(r"\n\d+ audits passed, \d+ do not apply here\.\n$", out)


def test_scoring_says_how_many_and_that_it_is_research(copied, predictor) -> None:
    rows = [{**row, "course": 1} for row in copied.study.rows[3:6]]
    rows[0]["age_years"] = ""
    copied.study.table(rows, "new.csv")
    _, _, err = predictor(
        "score", "models/small/latest/ridge", "--data", "new.csv", "--out", "s.csv"
    )
    assert err.startswith("scored 3 of 3 patients with ridge of small (2 with a remark")
    assert "Not a medical device" in err


def test_lenient_scoring_writes_the_reasons(copied, predictor) -> None:
    rows = [{**row, "course": 1} for row in copied.study.rows[7:10]]
    rows[1]["pain_t0"] = "11"
    copied.study.table(rows, "new.csv")
    score = ["score", "models/small/latest/ridge", "--data", "new.csv", "--out", "s.csv"]
    assert predictor(*score)[0] == 1
    assert not Path("s.csv").exists()
    code, _, err = predictor(*score, "--lenient")
    assert code == 0
    assert "scored 2 of 3 patients" in err
    lines = Path("s.csv").read_text().splitlines()
    assert "not scored: pain_t0 outside 0 to 10 NRS" in lines[2]
    assert ",,," in lines[2]
