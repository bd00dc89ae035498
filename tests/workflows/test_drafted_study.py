"""Tables of many kinds, from ``init --from`` to a study that passes `check`, by stated edits."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import Cohort
from predictor.cohort.simulate import published, simulate, write
from predictor.errors import DataError, PredictorError, StudyError
from predictor.study import load_study
from predictor.workflows import check, draft_study, train
from predictor.workflows.files import write_table

Edit = Callable[[Path], None]
Row = Mapping[str, object]
_RNG = np.random.default_rng(20)
_BEFORE = [5 + number % 6 for number in range(60)]
_AFTER = [before - 1 - 2 * (number % 2) for number, before in enumerate(_BEFORE)]
_NOISE = [round(float(value), 2) for value in _RNG.normal(50, 9, 60)]


def rule(text: str) -> Edit:
    return lambda folder: change(folder / "study.yaml", "rule: FILL_IN", f"rule: {text}")


def confirm(folder: Path) -> None:
    """The one edit by which every guess about time is confirmed."""
    change(folder / "study.yaml", re.compile(r"to_confirm: \[[^\]]*\]\n"), "")


def later(name: str) -> Edit:
    found = re.compile(rf"(  {name}: +{{known_at: )T0")
    return lambda folder: change(folder / "study.yaml", found, r"\1T1")


def no_covariate(name: str) -> Edit:
    return lambda folder: change(
        folder / "covariates.sql", re.compile(rf",\n    {name}(?=[,\n])"), ""
    )


def numbered(folder: Path) -> None:
    """The one edit of a table that no column identifies."""
    rows = read(folder / "patients.csv")
    write_csv(folder / "patients.csv", [{**row, "patient_number": n} for n, row in enumerate(rows)])


def change(path: Path, old: str | re.Pattern[str], new: str) -> None:
    text = path.read_text("utf-8")
    pattern = re.compile(re.escape(old)) if isinstance(old, str) else old
    changed, times = pattern.subn(new, text)
    assert times == 1, (old, text)
    path.write_text(changed, "utf-8")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def patients(make: Callable[[int], Row]) -> list[Row]:
    return [make(number) for number in range(60)]


@dataclass(frozen=True)
class Case:
    """A table, the edits its draft needs, and what the draft has to have seen."""

    rows: list[Row]
    edits: tuple[Edit, ...]
    seen: tuple[str, ...]


CASES = {
    "weeks": Case(
        patients(
            lambda i: {
                "record_id": 100 + i,
                "age_years": _NOISE[i],
                "sex": "FM"[i % 3 % 2],
                "pain_w0": _BEFORE[i],
                "pain_w4": _BEFORE[i] - 1,
                "pain_w12": _AFTER[i],
            }
        ),
        (rule("pain_w0 - pain_w12 >= 2"), confirm),
        ("T1: week 4", "T2: week 12", "sex:       {known_at: T0, type: category, levels: [F, M]}"),
    ),
    "names with blanks, before and after": Case(
        patients(
            lambda i: {
                "Patient ID": f"P{i:03}",
                "Pain at rest (pre)": _BEFORE[i],
                "Pain at rest (post)": _AFTER[i],
                "Duration, months": _NOISE[i],
                "order": ["first", "second"][i % 2 if i % 7 else 0],
            }
        ),
        (rule("""'"Pain at rest (pre)" - "Pain at rest (post)" >= 2'"""), confirm),
        ('# rule: \'"Pain at rest (pre)" - "Pain at rest (post)" >= 2\'', '"order"'),
    ),
    "codes for missing": Case(
        patients(
            lambda i: {
                "id": i,
                "hads_anxiety": -99 if i % 9 == 0 else i % 20,
                "weight_kg": 999 if i % 11 == 0 else 60 + i % 30,
                "smoker": "?" if i % 13 == 0 else ["yes", "no"][i % 3 % 2],
                "crp": "n/a" if i % 10 == 0 else 1.5 + i % 5,
                "nrs_t0": _BEFORE[i],
                "nrs_t1": _AFTER[i],
            }
        ),
        (rule("nrs_t0 - nrs_t1 >= 2"), confirm),
        (
            "range: [0, 21], missing: [NA, -99]}    # -99: no value?",
            "range: [50, 100], unit: kg, missing: [NA, 999]}",
            "{known_at: T0, type: flag, missing: [NA, '?']}",
            "{known_at: T0, type: number, range: [0, 10], missing: [NA, n/a]}",
        ),
    ),
    "nobody is identified": Case(
        patients(
            lambda i: {
                "sex": ["f", "m"][i % 3 % 2],
                "score_baseline": _BEFORE[i],
                "score_6m": _AFTER[i],
            }
        ),
        (numbered, rule("score_baseline - score_6m >= 2"), confirm),
        ("patient_number: {role: id}", "T1: month 6"),
    ),
    "numbers within sites": Case(
        patients(
            lambda i: {
                "site": i // 20,
                "pid": i % 20,
                "age": _NOISE[i],
                "vas_t0": 10 * _BEFORE[i],
                "vas_t1": 10 * _AFTER[i],
            }
        ),
        (rule("vas_t0 - vas_t1 >= 20"), confirm),
        ("site:   {role: id, shared: true}", "pid:    {role: id, shared: true}"),
    ),
    "centres": Case(
        patients(
            lambda i: {
                "id": i,
                "centre": f"centre {i % 6}",
                "age": _NOISE[i],
                "nrs_t0": _BEFORE[i],
                "nrs_t1": _AFTER[i],
            }
        ),
        (rule("nrs_t0 - nrs_t1 >= 2"), confirm),
        ("{role: centre, known_at: T0, type: category",),
    ),
    "no time in any name": Case(
        patients(
            lambda i: {
                "subject": i,
                "arm": ["drug", "placebo"][i % 3 % 2],
                "pain": _BEFORE[i],
                "months_ill": _NOISE[i],
                "change_in_pain": _AFTER[i] - _BEFORE[i] - i % 3,
                "better": ["no", "yes"][i % 2],
            }
        ),
        (rule("better"), confirm, later("better"), no_covariate("better")),
        ("change_in_pain: {known_at: T1, type: integer, range: [-5, 0]}",),
    ),
    "counted from one": Case(
        patients(
            lambda i: {
                "id": i,
                "age": _NOISE[i],
                "pain_t1": _BEFORE[i],
                "pain_t2": _AFTER[i],
            }
        ),
        (rule("pain_t1 - pain_t2 >= 2"), confirm),
        ("predict_at: T1 ", "age:     {known_at: T1, type: number, range: [0, 120]}"),
    ),
    "dates and words": Case(
        patients(
            lambda i: {
                "id": i,
                "visit_date": f"2021-03-{1 + i % 28:02}",
                "onset": f"{1 + i % 28}/3/2019",
                "crp": f"<{0.5 + i % 3}",
                "side": ["left", "right", "both"][i % 3],
                "nrs_t0": _BEFORE[i],
                "pgic_t1": ["much better", "no change", "worse"][i % 3 if i % 2 else 0],
            }
        ),
        (rule("pgic_t1 = 'much better'"), confirm),
        (
            "visit_date: {known_at: T0, type: date}",
            "onset:      {known_at: T0, type: date, format: day-month-year}",
            "range: [0, 2], below: limit/2}",
        ),
    ),
    "as people write them": Case(
        patients(
            lambda i: {
                "record_id": i,
                "seen": f"{1 + i % 28}-{1 + i % 12}-2021 14:{10 + i % 50}",
                "allodynia": ["Ja", "nee"][i % 3 == 0],
                "smoker": ["x", None][i % 2],
                "crp": ["<5", "7.5", "12", "80"][i % 4],
                "adherence": f"{i % 101}%",
                "severity": ["mild", "severe", "none", "moderate"][i % 4],
                "drug___1": int(i % 2),
                "drug___2": int(i % 3 == 0),
                "drug____9": 0,
                "nrs_t0": f"{_BEFORE[i]}/10",
                "nrs_t1": f"{_AFTER[i]}/10",
            }
        ),
        (rule("nrs_t0 - nrs_t1 >= 2"), confirm),
        (
            "{known_at: T0, type: date, format: day-month-year, time_of_day: ignore}",
            "{known_at: T0, type: flag, true: [Ja], false: [nee]}",
            "{known_at: T0, type: flag, true: [x], empty: false}",
            "below: limit/2}",
            "range: [0, 100], percent: true",
            "levels: [none, mild, moderate, severe], ordered: true}",
            "{type: checkboxes, known_at: T0, levels: {1: '1', 2: '2'}, no_answer: [-9]}",
            "range: [0, 10], out_of: 10, unit: NRS}",
            "    drug_1,\n    drug_2",
        ),
    ),
}  # fmt: skip


def published_rows() -> list[Row]:
    return list(map(dict, published().table.to_pylist()))


CASES["the published cohort"] = Case(
    published_rows(),
    (rule("nrs_t0 - nrs_t2 >= 2 OR coalesce(success_t2, false)"), confirm),
    ("max_dose_mg_h:              {known_at: T1,", "score only: {learner: ridge"),
)


@pytest.mark.parametrize("case", CASES)
def test_a_draft_passes_check_after_the_stated_edits(tmp_path: Path, case: str) -> None:
    given = CASES[case]
    table = tmp_path / "patients.csv"
    write_csv(table, given.rows)
    found = draft_study(tmp_path, table)
    text = (tmp_path / "study.yaml").read_text("utf-8")
    sql = (tmp_path / "covariates.sql").read_text("utf-8")
    assert [line for line in given.seen if line not in text + sql] == []
    assert found.declared is not None
    assert found.declared >= len(given.rows[0])

    with pytest.raises((DataError, StudyError), match=r"outcome\.rule: to be filled in"):
        check(tmp_path / "study.yaml", table)
    for edit in given.edits:
        edit(tmp_path)

    assert check(tmp_path / "study.yaml", table).data.events >= 10


def test_a_draft_is_trained_when_it_is_filled_in_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(simulate(60, seed=2), tmp_path / "crps.csv")
    draft_study(tmp_path / "study", tmp_path / "crps.csv")
    config = tmp_path / "study" / "study.yaml"
    with config.open("a", encoding="utf-8") as file:
        file.write(
            "validation:\n  cross_validation: {folds: 3, repeats: 1}\n"
            "  interval: {resamples: 20, repeats: 1}\n  bootstrap: {replicates: 20}\n"
        )
    rule("nrs_t0 - nrs_t2 >= 2")(tmp_path / "study")
    with pytest.raises(StudyError, match=r"to_confirm: 2[0-9] columns are presumed"):
        train(config, tmp_path / "crps.csv")
    confirm(tmp_path / "study")

    trained = train(config, tmp_path / "crps.csv")

    assert list(trained.learners) == ["prevalence", "score only", "ridge"]


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_other_kinds_of_files_give_the_same_draft(tmp_path: Path, suffix: str) -> None:
    table = simulate(40, seed=3).table
    write_table(table, tmp_path / f"crps{suffix}")
    write_csv(tmp_path / "again.csv", table.to_pylist())
    draft_study(tmp_path / "one" / "x", tmp_path / f"crps{suffix}")
    draft_study(tmp_path / "two" / "x", tmp_path / "again.csv")

    one, two = (
        load_study(tmp_path / each / "x" / "study.yaml", draft=True) for each in ("one", "two")
    )

    assert one.columns == two.columns


def test_no_value_of_one_patient_is_written(tmp_path: Path) -> None:
    def row(i: int) -> Row:
        return {
            "id": f"QZ{i:03}",
            "surname": f"Qznames {i}",
            "date of birth": f"19{i + 20}-01-02",
            "note": f"qznote {i}",
            "cause": "fell off a qzhorse" if i == 7 else ["fracture", "surgery"][i % 2],
            "age": 83.91 if i == 3 else _NOISE[i],
            "onset": f"2019-05-{1 + i % 28:02}",
            "nrs_t0": _BEFORE[i],
            "nrs_t1": _AFTER[i],
        }

    write_csv(tmp_path / "patients.csv", patients(row))
    found = draft_study(tmp_path / "study", tmp_path / "patients.csv")
    written = "".join(Path(path).read_text("utf-8") for path in found.files) + str(found)

    for secret in ("QZ", "qz", "Qz", "83.9", "1923", "2019-05"):
        assert secret not in written
    assert found.left_out == 4
    assert "other_columns: ignore         # 4" in written
    rule("nrs_t0 - nrs_t1 >= 2")(tmp_path / "study")
    confirm(tmp_path / "study")
    facts = check(tmp_path / "study" / "study.yaml", tmp_path / "patients.csv")
    assert facts.data.other_columns == 4


def test_a_table_with_a_row_per_visit_is_recognised(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"id": i, "visit": visit, "pain": _BEFORE[i]} for i in range(30) for visit in (1, 2)
    ]
    write_csv(tmp_path / "patients.csv", rows)

    found = draft_study(tmp_path / "study", tmp_path / "patients.csv")

    assert found.questions[0].startswith("visits: a row per visit. Which events (visit)")


def test_a_table_without_a_header_is_refused_without_showing_its_first_row(tmp_path: Path) -> None:
    rows = [{"QZ001": f"QZ{i}", "54.3": _NOISE[i], "2019-05-01": "x", "7": 1} for i in range(9)]
    write_csv(tmp_path / "patients.csv", rows)

    with pytest.raises(DataError, match="is the header missing") as caught:
        draft_study(tmp_path / "study", tmp_path / "patients.csv")
    assert "QZ" not in str(caught.value)
    assert not (tmp_path / "study").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    write_csv(tmp_path / "patients.csv", CASES["weeks"].rows)
    (tmp_path / "study.yaml").write_text("mine")

    with pytest.raises(PredictorError, match=r"has study\.yaml already"):
        draft_study(tmp_path, tmp_path / "patients.csv")
    assert (tmp_path / "study.yaml").read_text() == "mine"


def test_a_wide_table_is_drafted_at_once(tmp_path: Path) -> None:
    items = {f"item_{number:03}": pa.array(_BEFORE) for number in range(500)}
    write_table(pa.table({"id": pa.array(range(60)), **items}), tmp_path / "wide.csv")

    found = draft_study(tmp_path / "study", tmp_path / "wide.csv")

    assert found.declared == 501
    assert all(len(question) < 400 for question in found.questions)
    assert len(load_study(tmp_path / "study" / "study.yaml", draft=True).columns) == 501


def test_boxes_of_a_table_with_a_row_per_visit_are_one_entry(tmp_path: Path) -> None:
    rows: list[Row] = [
        {
            "record_id": i,
            "redcap_event_name": event,
            "drug___1": (i + at) % 2,
            "drug___2": int((i + at) % 3 == 0),
            "drug____9": 0,
            "pain": _BEFORE[i] - at,
        }
        for i in range(40)
        for at, event in enumerate(("baseline_arm_1", "week_4_arm_1"))
    ]
    write_csv(tmp_path / "patients.csv", rows)

    found = draft_study(tmp_path / "study", tmp_path / "patients.csv")

    text = (tmp_path / "study" / "study.yaml").read_text("utf-8")
    sql = (tmp_path / "study" / "covariates.sql").read_text("utf-8")
    assert (
        "{type: checkboxes, known_at: [T0, T1], levels: {1: '1', 2: '2'}, no_answer: [-9]}" in text
    )
    assert "drug___" not in text + sql
    assert "    drug_1_T0,\n    drug_2_T0,\n    pain_T0" in sql
    assert any(question.startswith("drug: boxes of one question") for question in found.questions)
    study = load_study(tmp_path / "study" / "study.yaml", draft=True)
    assert Cohort.read(tmp_path / "patients.csv", study).table["drug_2_T1"].to_pylist()[2] is True
