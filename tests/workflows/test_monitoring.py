from __future__ import annotations

import csv
import datetime
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from predictor.errors import DataError, PredictorError
from predictor.results import MonitoringResult
from predictor.tracking import RecordingTracker
from predictor.workflows import monitor, score_file


@dataclass
class Stream:
    """Patients one after the other: their rows, files of scores, and the table of outcomes."""

    study: object
    model: str
    rows: list[dict[str, object]]

    @property
    def scored(self) -> list[Path]:
        return [self.study.folder / name for name in ("first.csv", "second.csv")]

    @property
    def outcomes(self) -> Path:
        return self.study.folder / "outcomes.csv"

    def probabilities(self) -> list[float]:
        found = []
        for path in self.scored:
            with path.open(encoding="utf-8") as file:
                found += [float(row["probability"]) for row in csv.DictReader(file)]
        return found

    def write(self, rows=None) -> None:
        columns = ("patient_id", "pain_t0", "pain_t2", "day", "term")
        rows = self.rows if rows is None else rows
        self.study.table([{name: row[name] for name in columns} for row in rows], "outcomes.csv")

    def monitor(self, tracker=None, **settings):
        tracker = RecordingTracker() if tracker is None else tracker
        return monitor(self.model, self.scored, self.outcomes, tracker=tracker, **settings)


@pytest.fixture
def stream(copied, patients) -> Stream:
    """150 patients of whom the model is right; scored 90 and 60 at a time."""
    rows = patients(n=152, seed=11)[2:]
    start = datetime.date(2024, 1, 3)
    for number, row in enumerate(rows):
        day = start + datetime.timedelta(days=5 * number)
        row |= {"patient_id": f"QZNEW{number:04d}", "day": day.isoformat()}
        row |= {"term": str(number // 50 + 9)}
    found = Stream(copied.study, "models/small/latest/ridge", rows)
    covariates = ("patient_id", "course", "pain_t0", "age_years", "sex", "limb", "allodynia")
    for path, part in zip(found.scored, (rows[:90], rows[90:]), strict=True):
        copied.study.table([{n: row[n] for n in covariates} for row in part], "new.csv")
        score_file(found.model, copied.study.folder / "new.csv", path)
    rng = np.random.default_rng(1)
    for row, p in zip(rows, found.probabilities(), strict=True):
        row["pain_t2"] = round(float(row["pain_t0"]) - (3.1 if rng.random() < p else 0.7), 6)
    found.write()
    return found


def change(path, **columns) -> None:
    """Change cells of a file; each column gets a function of its cell and row number."""
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows):
        for name, function in columns.items():
            row[name] = function(row[name], number)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_scores_and_outcomes_are_joined_and_counted(stream) -> None:
    kept = stream.rows[:130]
    kept[3]["pain_t2"] = ""
    extra = [{**stream.rows[0], "patient_id": f"QZOTHER{n}"} for n in range(6)]
    stream.write(kept + extra)
    found = stream.monitor()
    counts = found.patients
    assert (counts.scored, counts.not_scored, counts.scored_again) == (150, 0, 0)
    assert (counts.without_outcome, counts.without_score) == (21, 6)
    assert (counts.watched, counts.waiting) == (120, 9)
    assert [each.name for each in found.periods][:2] == ["patients 1 to 20", "patients 21 to 40"]
    events = [
        float(row["pain_t0"]) - float(row["pain_t2"]) >= 2 for row in kept if row["pain_t2"] != ""
    ]
    whole = [sum(events[20 * k : 20 * k + 20]) for k in range(6)]
    # of the fifth 20 only 4 were without the event: joined with the next
    assert whole[4] == 16
    assert [each.events for each in found.periods] == [*whole[:4], whole[4] + whole[5]]
    assert found.periods[-1].name == "patients 81 to 120"
    p = stream.probabilities()
    p.pop(3)
    assert found.periods[0].expected == pytest.approx(np.mean(p[:20]), rel=1e-9)
    assert found.measures["auroc"].expected is not None
    assert [each.patients for each in found.drift.periods] == [20] * 7


def test_the_order_of_the_outcomes_has_no_part_in_it(stream) -> None:
    first = stream.monitor(out="a")
    stream.write(stream.rows[::-1])
    second = stream.monitor(out="b")
    for name in ("periods", "charts", "drift", "measures", "verdict"):
        assert getattr(first, name) == getattr(second, name)


def test_a_patient_who_is_scored_twice_counts_once_with_the_first_score(stream) -> None:
    plain = stream.monitor(out="a")
    twice = monitor(
        stream.model, [*stream.scored, stream.scored[0]], stream.outcomes, out="b",
        tracker=RecordingTracker(),
    )  # fmt: skip
    assert twice.patients.scored_again == 90
    assert twice.periods == plain.periods


def test_scores_of_another_model_are_refused(stream) -> None:
    stream.model = "models/small/latest/pain_only"
    with pytest.raises(DataError, match=r"first\.csv: model: not 'small/pain only'"):
        stream.monitor()
    stream.model = "models/small/latest/ridge"
    change(stream.scored[1], baseline=lambda cell, _: str(float(cell) + 0.2))
    with pytest.raises(DataError, match=r"second\.csv: these are not the scores of this model"):
        stream.monitor()
    change(stream.scored[1], baseline=lambda cell, _: str(float(cell) - 0.2))
    change(stream.scored[1], probability=lambda cell, row: "0.99" if row == 7 else cell)
    with pytest.raises(DataError, match="or probabilities were changed since"):
        stream.monitor()
    change(stream.scored[1], model=lambda cell, row: "other/ridge" if row == 7 else cell)
    with pytest.raises(DataError, match="model: not 'small/ridge' in every row"):
        stream.monitor()
    with pytest.raises(DataError, match="this is no file of scores"):
        monitor(stream.model, [stream.outcomes], stream.outcomes, tracker=RecordingTracker())
    assert not Path("reports/small/monitoring").exists()


def test_outcomes_of_others_or_without_their_columns_are_refused(stream) -> None:
    change(stream.outcomes, patient_id=lambda cell, _: f"X{cell}")
    with pytest.raises(DataError, match="none of the scored patients has an outcome"):
        stream.monitor()
    with pytest.raises(DataError, match=r"pain_t2: the outcome responder_t2 is read from this"):
        monitor(stream.model, stream.scored, stream.scored[0], tracker=RecordingTracker())
    stream.write([*stream.rows, stream.rows[0]])
    with pytest.raises(DataError, match="the same patient more than once"):
        stream.monitor()
    stream.write(stream.rows[:12])
    with pytest.raises(DataError, match="12 scored patients with an outcome, and no period"):
        stream.monitor()
    stream.write()
    with pytest.raises(DataError, match="visit: the column of periods"):
        stream.monitor(by="visit")
    with pytest.raises(DataError, match="identifies patients"):
        stream.monitor(by="patient_id")
    with pytest.raises(DataError, match="too few to say anything of"):
        stream.monitor(period=4)
    with pytest.raises(DataError, match=r"term: not a date .* no month"):
        stream.monitor(by="term", every="month")


def test_periods_of_dates_and_of_names(stream) -> None:
    found = stream.monitor(by="day", out="a")
    assert found.how == "each quarter of day"
    assert [each.name for each in found.periods][:2] == ["2024 Q1", "2024 Q2"]
    assert sum(each.patients for each in found.periods) + found.patients.waiting == 150
    years = stream.monitor(by="day", every="year", out="b")
    # the third year is not over, by whatever day it is, or it is
    assert [each.name for each in years.periods][:2] == ["2024", "2025"]
    found = stream.monitor(by="term", out="d")
    assert [(each.name, each.patients) for each in found.periods] == [
        ("9", 50), ("10", 50), ("11", 50),
    ]  # fmt: skip


def test_outcomes_that_turn_are_an_alarm(stream) -> None:
    assert stream.monitor(out="a").level in ("nothing to see", "too few to say")
    for row in stream.rows[60:]:
        row["pain_t2"] = float(row["pain_t0"]) - (0.5 if row["sex"] == "male" else 3.0)
    stream.write()
    found = stream.monitor(out="b")
    assert found.level == "update"
    assert found.charts["weaker"].alarm in {each.name for each in found.periods[3:]}
    assert any("predictor update" in sentence for sentence in found.verdict)


def test_missing_values_that_come_up_are_a_reason_to_look(stream) -> None:
    covariates = ("patient_id", "course", "pain_t0", "age_years", "sex", "limb", "allodynia")
    rows = [{n: row[n] for n in covariates} for row in stream.rows[90:]]
    for row in rows[::2]:
        row["limb"] = ""
    stream.study.table(rows, "new.csv")
    score_file(stream.model, stream.study.folder / "new.csv", stream.scored[1])
    found = stream.monitor()
    assert found.level == "look"
    assert found.drift.changed[0].what == "how often limb is missing"
    assert found.drift.periods[-1].missing["limb"] == 10
    assert found.drift.periods[0].missing["allodynia"] in ("<5", 0)


def test_a_watch_is_written_once_and_told_to_the_tracker(stream) -> None:
    tracker = RecordingTracker()
    found = stream.monitor(tracker, name="ward 3")
    folder = Path(found.report).parent
    document = json.loads((folder / "report.json").read_text())
    assert MonitoringResult.from_json(document).level == found.level
    assert Path("reports/small/monitoring/latest").resolve() == folder.resolve()
    (run,) = tracker.validations
    assert (run.command, run.verdict, run.study) == ("monitor", found.level, "small")
    assert run.title.startswith("ward 3 [")
    assert {"report.json", "report.html", "tables/periods.json"} <= set(run.artifacts)
    with pytest.raises(PredictorError, match=r"report\.json.*of this watch of a model"):
        stream.monitor(out=folder)
    again = stream.monitor(tracker)
    assert Path(again.report).parent != folder


def texts(folder: Path) -> str:
    files = [path for path in folder.rglob("*") if path.suffix in (".json", ".html")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("by", [None, "day"])
def test_nothing_of_a_patient_is_written(stream, by) -> None:
    tracker = RecordingTracker()
    found = stream.monitor(tracker, by=by)
    (run,) = tracker.validations
    said = texts(Path(found.report).parent) + repr(run)
    for row in stream.rows:
        for name in ("patient_id", "pain_t0", "pain_t2", "age_years"):
            if row[name] != "":
                assert str(row[name]) not in said, name
    assert not re.search("|".join(str(row["day"]) for row in stream.rows), said)
    for each in found.periods:
        assert min(each.events, each.patients - each.events) >= 5


def test_two_reports_do_not_tell_of_the_patient_who_came_between(stream) -> None:
    # whoever has both, and knows who is new, learns nothing of his score or his outcome
    def known(patients):
        stream.write(stream.rows[:patients])
        return stream.monitor(out=f"until{patients}").to_json()

    before, after = known(146), known(147)
    changed = {name for name in before if before[name] != after[name]}
    about_when = {"monitoring", "time", "report", "report_json", "fingerprint", "run_id"}
    assert changed - about_when == {"patients"}
    told = {n for n in before["patients"] if before["patients"][n] != after["patients"][n]}
    assert told <= {"waiting", "without_outcome", "scored"}
