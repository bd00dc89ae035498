"""A result with something else at some places is a new one, and no place is made up."""

from __future__ import annotations

import pytest

from predictor.results import LabelPath, LabelPaths, MissingPattern
from predictor.results.places import at, replaced


@pytest.fixture
def found() -> LabelPaths:
    rows = tuple(
        LabelPath(criteria={"pain": word}, holds=word, patients={"responders": n, "others": 9})
        for word, n in (("yes", 3), ("no", 7))
    )
    return LabelPaths(
        criteria=("pain",), reported=None, rows=rows, conflicts=(), decided_without={"pain": 0}
    )


def test_values_are_replaced_where_they_stand_and_nowhere_else(found) -> None:
    place = ("rows", 1, "patients", "responders")
    changed = replaced(found, {place: "withheld", ("reported",): "pain"})
    assert (at(found, place), found.reported) == (7, None)
    assert (at(changed, place), changed.reported) == ("withheld", "pain")
    assert changed.rows[0] == found.rows[0]
    assert replaced(changed, {place: 7, ("reported",): None}) == found
    with pytest.raises(TypeError):
        changed.rows[1].patients["responders"] = 1


@pytest.mark.parametrize(
    "place",
    [("row",), ("rows", 2), ("rows", 0, "patients", "nobody"), ("decided_without", "report"), ()],
)
def test_a_place_that_is_not_there_is_refused(found, place) -> None:
    with pytest.raises((AttributeError, LookupError, ValueError)):
        replaced(found, {place: 5})


def test_what_may_not_stand_there_is_refused(found) -> None:
    with pytest.raises(ValueError, match="holds"):
        replaced(found, {("rows", 0, "holds"): 5})
    with pytest.raises(ValueError, match="rows"):
        replaced(found, {("rows",): (MissingPattern(columns=(), patients=2),)})
