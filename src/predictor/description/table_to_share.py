"""What of Table 1 may leave the room: rare levels together, and numbers of enough patients."""

from __future__ import annotations

from collections.abc import Mapping
from math import floor, isfinite, log10

from predictor.description.table_one import LABELLED, OTHERS, RESPONDERS, UNLABELLED
from predictor.disclosure import FEWEST, SMALL, WITHHELD, exact, hidden, quantiles_told, small
from predictor.results import (
    Characteristics,
    Described,
    LevelsCharacteristic,
    LevelsInGroup,
    NumberCharacteristic,
    NumberInGroup,
)
from predictor.results.places import Place, at, replaced
from predictor.statistics import standardised_difference_of_levels

Changes = dict[Place, object]

_MOMENTS, _QUANTILES = ("mean", "sd"), ("median", "q1", "q3")
_DIGITS = 2  # of differences between groups


def pooled(described: Described) -> Described:
    """Count levels together of which fewer than five labelled patients have each.

    Where there are two such levels or more, and five patients in them: then nothing else has to be
    withheld for them.
    """
    changes: Changes = {}
    for place, row in enumerate(described.characteristics.rows):
        if not isinstance(row, LevelsCharacteristic) or row.labelled is None:
            continue
        counts = row.labelled.counts
        rare = [level for level, count in counts.items() if small(exact(count))]
        if len(rare) < 2 or sum(exact(counts[level]) for level in rare) < FEWEST:
            continue
        where: Place = ("characteristics", "rows", place)
        changes[*where, "pooled"] = rare
        for way, facts in {**_groups(row, where), (*where, LABELLED): row.labelled}.items():
            changes[*way, "together"] = sum(exact(facts.counts[level]) for level in rare)
        changes[*where, "standardised_difference"] = _difference(row, rare)
        if UNLABELLED in row.groups:
            changes[*where, "standardised_difference_unlabelled"] = None
    return replaced(described, changes) if changes else described


def _groups(row: LevelsCharacteristic, where: Place) -> dict[Place, LevelsInGroup]:
    return {(*where, "groups", name): facts for name, facts in row.groups.items()}


def _difference(row: LevelsCharacteristic, rare: list[str]) -> float | None:
    """Between responders and the others, with the pooled levels as one."""
    counts = [
        [
            *(exact(count) for level, count in facts.counts.items() if level not in rare),
            sum(exact(facts.counts[level]) for level in rare),
        ]
        for facts in (row.groups[RESPONDERS], row.groups[OTHERS])
    ]
    found = standardised_difference_of_levels(*counts)
    return found if isfinite(found) else None


def shared_table_one(table: Characteristics, few: list[str]) -> Changes:
    """What is said instead of the numbers of Table 1; counts are then protected as a whole.

    Parameters
    ----------
    few
        Gets the names of rows that rest on fewer than five patients somewhere.
    """
    found: Changes = {}
    sizes = {**table.groups, LABELLED: table.groups[RESPONDERS] + table.groups[OTHERS]}
    closed = closed_groups(table.groups)
    for place, row in enumerate(table.rows):
        where: Place = ("characteristics", "rows", place)
        if isinstance(row, NumberCharacteristic):
            changes = _number(row, sizes, where)
        else:
            changes = _levels(row, closed, where)
        if any(value is None or value == SMALL for way, value in changes.items() if _rests(way)):
            few.append(f"characteristics: {row.name}")
        found |= changes
    return found


def _rests(way: Place) -> bool:
    return way[-1] != "apart"


def closed_groups(sizes: Mapping[str, int]) -> set[str]:
    """Groups of which nothing is told: of one to four patients, what nobody is tells of each.

    Those with the event and the others together, for all labelled less the one is the other.
    """
    closed = {name for name, size in sizes.items() if small(size)}
    return closed | {RESPONDERS, OTHERS} if closed & {RESPONDERS, OTHERS} else closed


def _levels(row: LevelsCharacteristic, closed: set[str], where: Place) -> Changes:
    found: Changes = {}
    facts = _groups(row, where)
    if row.labelled is not None:
        facts[*where, LABELLED] = row.labelled
    for way, each in facts.items():
        for last, count in _cells(each).items():
            if way[-1] in closed:
                found[*way, *last] = WITHHELD
            elif small(count):
                found[*way, *last] = SMALL
    for name in ("standardised_difference", "standardised_difference_unlabelled"):
        found |= _rounded(where, name, getattr(row, name), 10.0**-_DIGITS)
    return found


def _cells(facts: LevelsInGroup) -> dict[Place, int]:
    """The counts of a group by their place in it."""
    cells: dict[Place, int] = {("counts", name): exact(n) for name, n in facts.counts.items()}
    return cells if facts.together is None else {**cells, ("together",): exact(facts.together)}


def _number(row: NumberCharacteristic, sizes: Mapping[str, int], where: Place) -> Changes:
    """Quartiles from 20 patients on; median, mean and SD from ten. Moments in both groups or none.

    Mean and standard deviation would tell how many patients differ from all others where these are
    one to four; and those of one group follow from those of the other and of all.
    """
    found: Changes = {}
    facts: dict[str, tuple[Place, NumberInGroup]] = {
        name: (("groups", name), each) for name, each in row.groups.items()
    }
    if row.labelled is not None:
        facts[LABELLED] = ((LABELLED,), row.labelled)
    told = {name: _moments_told(each, sizes[name]) for name, (_, each) in facts.items()}
    both = told[RESPONDERS] and told[OTHERS]
    told |= dict.fromkeys((RESPONDERS, OTHERS), both)
    for name, (way, each) in facts.items():
        known = sizes[name] - each.missing
        untold = [] if told[name] else list(_MOMENTS)
        untold += [] if quantiles_told(known, 0.5) else ["median"]
        untold += [] if quantiles_told(known) else ["q1", "q3"]
        found |= {(*where, *way, value): None for value in untold}
        found[*where, *way, "apart"] = None
        # a quantile is the value of a patient: rounded, of many
        step = _step(each.sd or 0.0)
        for value in ({*_MOMENTS, *_QUANTILES} - set(untold)) if known else ():
            found |= _rounded((*where, *way), value, getattr(each, value), step)
    differences = {
        "standardised_difference": both,
        "standardised_difference_unlabelled": told.get(UNLABELLED, False)
        and told.get(LABELLED, False),
    }
    for name, tell in differences.items():
        value = getattr(row, name)
        found |= _rounded(where, name, value, 10.0**-_DIGITS) if tell else {(*where, name): None}
    # what is not there anyway is not left out
    return {way: value for way, value in found.items() if value is not None or _at(row, way)}


def _at(row: NumberCharacteristic, way: Place) -> bool:
    return at(row, way[3:]) is not None


def _moments_told(facts: NumberInGroup, size: int) -> bool:
    known = size - facts.missing
    return quantiles_told(known, 0.5) and not small(facts.apart or 0)


def _step(sd: float) -> float:
    """To which mean and standard deviation are rounded: a tenth, or two digits of the latter."""
    if 0.1 <= sd < 10 or not sd > 0:
        return 0.1
    return float(10.0 ** (floor(log10(sd)) - 1))


def _rounded(where: Place, name: str, value: float | None, step: float) -> Changes:
    if value is None:
        return {}
    # by a whole number of steps, so that 0.1 is written as 0.1
    digits = max(0, -floor(log10(step)))
    return {(*where, name): round(round(value / step) * step, digits)}


def differences_untold(table: Characteristics) -> Changes:
    """Differences of rows of which a count is hidden in the end, for they would tell it."""
    found: Changes = {}
    for place, row in enumerate(table.rows):
        if isinstance(row, LevelsCharacteristic):
            closed = {name for name, facts in row.groups.items() if _closed(row, facts)}
            where: Place = ("characteristics", "rows", place)
            if closed:
                found[*where, "standardised_difference_unlabelled"] = None
            if closed - {UNLABELLED}:
                found[*where, "standardised_difference"] = None
    return found


def _closed(row: LevelsCharacteristic, facts: LevelsInGroup) -> bool:
    told = [count for level, count in facts.counts.items() if level not in row.pooled]
    return any(hidden(count) for count in (*told, facts.together or 0))
