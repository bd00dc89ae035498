"""Two tables with a row per visit go from a draft to a model, as their pages say."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"

Rows = list[dict[str, object]]


def diary() -> Rows:
    """A diary of 60 patients, a row for each day on which they wrote something."""
    rng = np.random.default_rng(8)
    rows = []
    for number in range(1, 61):
        start = datetime.date(2023, 1, 9) + datetime.timedelta(int(rng.integers(0, 500)))
        person = {"age": int(rng.integers(22, 80)), "sex": str(rng.choice(["female", "male"]))}
        before = rng.uniform(5, 9)
        after = before - (3 if rng.random() < (0.7 if person["sex"] == "male" else 0.2) else 0.5)
        for day in [*range(-14, 0), *range(1, 29)]:
            if rng.random() < 0.1:
                continue
            pain = rng.normal(before if day < 0 else after, 0.8)
            rows.append({
                "patient_id": number,
                "diary_date": (start + datetime.timedelta(day)).isoformat(),
                "pain": min(10, max(0, round(float(pain)))),
                "sleep_hours": round(float(rng.normal(6, 1)), 1),
                "treatment_date": start.isoformat(),
                **person,
            })  # fmt: skip
    return rows


def redcap() -> Rows:
    """A longitudinal export of 60 records: two events, a diary that repeats, extra visits."""
    rng = np.random.default_rng(9)
    names = """record_id redcap_event_name redcap_repeat_instrument redcap_repeat_instance age sex
        months_ill infusion_date nrs pgic visit_complete diary_date diary_pain diary_complete"""
    rows: Rows = []

    def add(record: int, event: str, **cells: object) -> None:
        given = {"record_id": record, "redcap_event_name": event, **cells}
        rows.append({name: given.get(name, "") for name in names.split()})

    for record in range(1, 61):
        start = datetime.date(2022, 3, 1) + datetime.timedelta(int(rng.integers(0, 400)))
        nrs, ill = int(rng.integers(5, 10)), int(rng.integers(2, 120))
        fall = 3 if rng.random() < (0.75 if ill < 50 else 0.2) else 0
        add(
            record, "baseline_arm_1", age=int(rng.integers(20, 75)), months_ill=ill, nrs=nrs,
            sex=str(rng.choice(["female", "male"])), infusion_date=start, visit_complete=2,
        )  # fmt: skip
        for instance in range(1, 8):
            day = start - datetime.timedelta(8 - instance)
            add(
                record, "baseline_arm_1", redcap_repeat_instrument="diary",
                redcap_repeat_instance=instance, diary_date=day, diary_complete=2,
                diary_pain=min(10, max(0, nrs + int(rng.integers(-1, 2)))),
            )  # fmt: skip
        add(record, "week_4_arm_1", nrs=nrs - fall, pgic=6 if fall else 4, visit_complete=2)
        if record % 8 == 0:
            add(record, "unscheduled_arm_1", nrs=nrs, visit_complete=2)
    return rows


def write(path: Path, rows: Rows) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "table", "rows"),
    [
        ("from-a-pain-diary.md", "diary.csv", diary),
        ("from-redcap-longitudinal.md", "export.csv", redcap),
    ],
)
def test_the_page_is_a_session_that_runs(
    page: str,
    table: str,
    rows: Callable[[], Rows],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    session: Callable[[Path], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / table, rows())

    session(DOCS / page)
