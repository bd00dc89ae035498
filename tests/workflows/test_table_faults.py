"""What `check` says of a table by kind, and what it offers to paste."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from predictor.cohort import Cohort, Fault, TableError, read_table
from predictor.cohort.remedies import remedied
from predictor.errors import StudyError
from predictor.study import edited, load_study
from predictor.workflows.table_faults import conversation, fixes, write_fixed

Change = Callable[[dict[str, object], int], None]


def cell(name: str, value: object | Callable[[int], object], every: int = 11) -> Change:
    def change(row: dict[str, object], number: int) -> None:
        if number % every == 3:
            row[name] = value(number) if callable(value) else value

    return change


def column(name: str, value: object) -> Change:
    return lambda row, number: row.update({name: value})


def renamed(old: str, new: str) -> Change:
    return lambda row, number: row.update({new: row.pop(old)})


# changes of the table for which the study file has a line to paste
FIXABLE: dict[str, tuple[Change, str]] = {
    "an undeclared column": (column("shoe", 41), "  shoe: {role: ignore}"),
    "an undeclared column with blanks": (
        column("shoe size: left", 41),
        "  'shoe size: left': {role: ignore}",
    ),
    "another case": (
        renamed("age_years", "Age_Years"),
        "  Age_Years: {known_at: T0, type: number, range: [18, 100]}",
    ),
    "a code outside the range": (
        cell("age_years", "-99"),
        "  age_years: {known_at: T0, type: number, range: [18, 100], missing: [NA, -99]}",
    ),
    "a code with decimals": (
        cell("age_years", "999.0"),
        "  age_years: {known_at: T0, type: number, range: [18, 100], missing: [NA, 999]}",
    ),
    "a word among numbers": (
        cell("age_years", "n/a"),
        "  age_years: {known_at: T0, type: number, range: [18, 100], missing: [NA, n/a]}",
    ),
    "a word among dates": (
        cell("onset", "unknown"),
        "  onset: {known_at: T0, type: date, missing: [NA, unknown]}",
    ),
    "a word among flags": (
        cell("allodynia", "?"),
        "  allodynia: {known_at: T0, type: flag, missing: [NA, '?']}",
    ),
    "a sign among levels": (
        cell("sex", "-"),
        "  sex: {known_at: T0, type: category, levels: [female, male, other], missing: [NA, '-']}",
    ),
    "a level that many have": (
        cell("limb", "trunk"),
        "  limb: {known_at: T0, type: category, levels: [upper, lower, both, trunk]}",
    ),
    "decimals": (
        cell("course", "1.5"),
        "  course: {known_at: T0, type: number, range: [1, 9]}",
    ),
}


# cells that are read once the study file says how they are written
WRITTEN: dict[str, tuple[Change, str]] = {
    "other words for yes and no": (
        cell("allodynia", lambda number: "Ja" if number % 3 else "nee"),
        "  allodynia: {known_at: T0, type: flag, true: [Ja], false: [nee]}",
    ),
    "a value below detection": (
        cell("pain_t0", "< 3"),
        (
            "  pain_t0: {known_at: T0, type: number, unit: NRS, range: [0, 10], required: true, "
            "below: limit/2}"
        ),
    ),
    "a value above a limit": (
        cell("age_years", ">89"),
        "  age_years: {known_at: T0, type: number, range: [18, 100], above: limit}",
    ),
    "the highest score beside it": (
        cell("pain_t0", "7/10"),
        (
            "  pain_t0: {known_at: T0, type: number, unit: NRS, range: [0, 10], required: true, "
            "out_of: 10}"
        ),
    ),
    "a percentage": (
        cell("age_years", "45 %"),
        "  age_years: {known_at: T0, type: number, range: [18, 100], percent: true}",
    ),
    "dates in an order that they prove": (
        cell("onset", "23/4/2015"),
        "  onset: {known_at: T0, type: date, format: day-month-year}",
    ),
    "dates with a time": (
        cell("onset", "2015-04-23 14:05"),
        "  onset: {known_at: T0, type: date, time_of_day: ignore}",
    ),
    "dates in an order with a time": (
        cell("onset", "4/23/2015 2:05 PM"),
        "  onset: {known_at: T0, type: date, format: month-day-year, time_of_day: ignore}",
    ),
}


def faults(small: Any) -> list[Fault]:
    try:
        Cohort.read(small.data, load_study(small.config))
    except TableError as error:
        return remedied(read_table(small.data), load_study(small.config), error.found)
    return []


def spoil(small: Any, *changes: Change) -> None:
    rows = [dict(row) for row in small.rows]
    for number, row in enumerate(rows):
        for change in changes:
            change(row, number)
    small.table(rows)


@pytest.mark.parametrize("case", FIXABLE | WRITTEN)
def test_a_pasted_line_makes_its_fault_vanish(small: Any, case: str) -> None:
    change, line = (FIXABLE | WRITTEN)[case]
    spoil(small, change)
    found = faults(small)
    assert len(found) == 1
    [told] = conversation(TableError(small.data, found), small.config)
    assert told.paste == (line,)

    text = small.config.read_text("utf-8")
    small.config.write_text(edited(text, fixes(found, load_study(small.config))), "utf-8")

    assert faults(small) == []


def test_all_of_them_at_once_are_told_by_kind_and_written_into_a_copy(small: Any) -> None:
    one_of_age = ("another case", "a code with decimals", "a word among numbers")
    cases = [name for name in FIXABLE if name not in one_of_age]
    spoil(small, *(FIXABLE[name][0] for name in cases))
    before = small.config.read_text("utf-8")
    found = faults(small)
    error = TableError(small.data, found)
    assert len(conversation(error, small.config)) < len(found) == len(cases)

    written = write_fixed(error, small.config, small.folder / "fixed.yaml")

    assert sorted(written) == sorted(FIXABLE[name][1] for name in cases)
    assert small.config.read_text("utf-8") == before
    small.config.write_text((small.folder / "fixed.yaml").read_text("utf-8"), "utf-8")
    assert faults(small) == []


def test_hundreds_of_undeclared_columns_are_one_line(small: Any) -> None:
    spoil(small, *(column(f"item_{number:03}", number) for number in range(300)))

    [told] = conversation(TableError(small.data, faults(small)), small.config)

    assert "300 columns" in told.what
    assert told.paste == ("other_columns: ignore",)


def test_the_same_code_in_many_columns_becomes_one_of_the_study(small: Any) -> None:
    names = [f"item_{number}" for number in range(8)]
    spoil(small, *(column(name, 1) for name in names), *(cell(name, -99) for name in names))
    more = "".join(f"  {name}: {{known_at: T0, type: integer, range: [0, 4]}}\n" for name in names)
    small.change(("eligible:\n", f"{more}eligible:\n"))

    [told] = conversation(TableError(small.data, faults(small)), small.config)

    assert told.paste == ("missing: [NA, -99]",)
    assert told.what.endswith("(8 columns, 64 cells)")
    assert told.where[-1] == "and 3 more columns"


@pytest.mark.parametrize("value", ["QZTEXT", "80", "7,5", "<QZ", "7/11", "7/10/2020", "<0"])
def test_what_only_the_table_can_say_has_no_line(small: Any, value: str) -> None:
    spoil(small, cell("pain_t0", value))

    [told] = conversation(TableError(small.data, faults(small)), small.config)

    assert told.paste == ()
    assert value not in str(told)
    assert write_fixed(TableError(small.data, faults(small)), small.config, Path("new.yaml")) == []
    assert not Path("new.yaml").exists()


def test_an_order_of_dates_is_offered_only_if_they_prove_it(small: Any) -> None:
    spoil(small, cell("onset", "03-04-2015"))
    [told] = conversation(TableError(small.data, faults(small)), small.config)
    assert told.paste == ()
    assert "declare format: day-month-year, or format: month-day-year" in told.what

    spoil(small, cell("onset", lambda number: "03-14-2015" if number % 2 else "14-03-2015"))
    [told] = conversation(TableError(small.data, faults(small)), small.config)
    assert told.paste == ()


def test_a_level_that_few_have_is_neither_shown_nor_offered(small: Any) -> None:
    spoil(small, cell("limb", "QZRARE", every=40), cell("limb", "trunk"))

    told = conversation(TableError(small.data, faults(small)), small.config)

    assert "QZRARE" not in str(told)
    assert [each for one in told for each in one.paste] == [
        "  limb: {known_at: T0, type: category, levels: [upper, lower, both, trunk]}"
    ]


def test_the_faults_of_columns_do_not_hide_those_of_cells(small: Any) -> None:
    spoil(small, column("shoe", 41), cell("pain_t0", "80"), lambda row, n: row.pop("limb"))

    assert {fault.column for fault in faults(small)} == {"shoe", "limb", "pain_t0"}


def test_the_copy_is_refused_where_it_would_be_wrong(small: Any, tmp_path: Path) -> None:
    spoil(small, column("shoe", 41))
    error = TableError(small.data, faults(small))
    (small.folder / "there.yaml").write_text("mine")

    with pytest.raises(StudyError, match="is there already"):
        write_fixed(error, small.config, small.folder / "there.yaml")
    with pytest.raises(StudyError, match="must lie beside"):
        write_fixed(error, small.config, tmp_path / "elsewhere.yaml")
    assert (small.folder / "there.yaml").read_text() == "mine"


def test_check_goes_on_with_the_copy(small: Any, predictor: Any) -> None:
    spoil(small, column("shoe", 41), cell("age_years", "-99"))

    code, out, err = predictor(
        "check", "study.yaml", "--data", "patients.csv", "--fix", "study-2.yaml", "--json"
    )

    assert code == 0, err
    assert '"study": "small"' in out
    assert "wrote study-2.yaml, a copy of study.yaml with" in err
    assert "  shoe: {role: ignore}" in err


def test_check_says_what_is_left_for_people(small: Any, predictor: Any) -> None:
    spoil(small, column("shoe", 41), cell("pain_t0", "80"))

    code, _, err = predictor(
        "check", "study.yaml", "--data", "patients.csv", "--fix", "study-2.yaml"
    )

    assert code == 1
    assert "wrote study-2.yaml" in err
    assert "pain_t0: rows 5, 16, 27" in err


def test_a_file_over_another_gets_lines_of_its_own(small: Any) -> None:
    spoil(small, cell("age_years", "-99"))
    over = small.folder / "over.yaml"
    over.write_text("extends: study.yaml\nseed: 9\n", "utf-8")
    error = TableError(small.data, faults(small))

    write_fixed(error, over, small.folder / "new.yaml")

    assert (small.folder / "new.yaml").read_text("utf-8") == (
        "extends: study.yaml\nseed: 9\ncolumns: {age_years: {missing: [NA, -99]}}\n"
    )
    Cohort.read(small.data, load_study(small.folder / "new.yaml"))
