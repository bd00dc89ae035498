from __future__ import annotations

import pickle

from predictor.cohort import Fault, TableError
from predictor.cohort.fault import messages
from predictor.errors import DataError


def test_many_columns_with_the_same_fault_are_one_message() -> None:
    faults = [Fault(f"item_{number}", (3, 4), "not a flag") for number in range(300)]

    assert messages([*faults, Fault("age", (1,), "too large")]) == [
        "300 columns (item_0, item_1, item_2 and 297 more), 600 cells: not a flag",
        "age: row 3: too large",
    ]


def test_a_few_are_told_one_by_one() -> None:
    faults = [Fault(name, (3,), "not a flag") for name in "abc"]

    assert messages(faults) == [f"{name}: row 5: not a flag" for name in "abc"]


def test_the_error_can_come_from_another_process() -> None:
    error = TableError("t.csv", [Fault("a", (3,), "not a flag")], ["s.yaml: rule: to be filled in"])

    again = pickle.loads(pickle.dumps(error))

    assert isinstance(again, DataError)
    assert (
        again.faults
        == error.faults
        == (
            "t.csv: a: row 5: not a flag",
            "s.yaml: rule: to be filled in",
        )
    )
