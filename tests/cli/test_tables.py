"""Tables in the terminal that would be too long to read."""

from __future__ import annotations

from predictor.cli.tables import MOST_ROWS, first_of


def test_of_a_long_table_the_first_rows_are_shown_and_the_others_counted() -> None:
    rows = [f"q{k}" for k in range(508)]
    shown, more = first_of(rows, "--json has")
    assert list(shown) == rows[:20]
    assert more == "... and 488 more: --json has all 508"


def test_a_table_that_can_be_read_is_shown_whole() -> None:
    rows = [f"q{k}" for k in range(MOST_ROWS)]
    assert first_of(rows, "--json has") == (rows, None)
