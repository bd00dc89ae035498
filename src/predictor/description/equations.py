"""The counts of a description as one system of equations, as a reader with a pencil has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from predictor.description.table_one import OTHERS, RESPONDERS
from predictor.disclosure import FEWEST, SMALL, WITHHELD, Shown, ends, exact, hidden, small
from predictor.results import Described, LevelsCharacteristic, Share
from predictor.results.places import Place, at

_UNTOLD = ("share", "low", "high")


@dataclass
class Cell:
    """A count of patients.

    Attributes
    ----------
    value
        What it is; None where nobody needs to know.
    place, text
        Where it is shown, and what stands there; None for a count that only follows from others.
    headline
        Whether it is what the page is about, and withheld only where nothing else helps.
    """

    value: int | None
    place: Place | None = None
    text: Shown | None = None
    headline: bool = False

    @property
    def shown(self) -> bool:
        """Whether a number stands there."""
        return self.text is not None and not hidden(self.text)

    @property
    def range(self) -> tuple[float, float]:
        """What a reader is told: the number, one to four, at least five, a range, or nothing."""
        if self.text is None:
            return 0, float("inf")
        if self.text == SMALL:
            return 1, FEWEST - 1
        if self.text == WITHHELD:
            # nobody of a small group is withheld, too
            return (0 if self.value is not None and self.value < FEWEST else FEWEST), float("inf")
        if isinstance(self.text, str):
            return ends(self.text)
        return exact(self.text), exact(self.text)

    def hide(self) -> None:
        """Show no number any more."""
        if self.text is not None and self.value is not None:
            self.text = SMALL if small(self.value) else WITHHELD


@dataclass
class Margins:
    """Cells, and equations: the sum of some, less others, is a number that everybody knows.

    Attributes
    ----------
    described, shown
        With every count as it is, and with some hidden.
    """

    described: Described
    shown: Described
    cells: list[Cell] = field(default_factory=list)
    equations: list[tuple[dict[int, int], int]] = field(default_factory=list)

    def cell(self, value: int | None = None) -> int:
        """Add a count that is not shown and return its number."""
        return self._add(Cell(value))

    def count(self, *place: str | int, headline: bool = False) -> int:
        """Add a count of the description, by its place in it, and return its number."""
        value, text = exact(at(self.described, place)), at(self.shown, place)
        return self._add(Cell(value, place, text, headline))

    def _add(self, cell: Cell) -> int:
        self.cells.append(cell)
        return len(self.cells) - 1

    def equal(self, plus: Sequence[int], total: int | Sequence[int]) -> None:
        """Say that cells add up to a number, or to other cells."""
        weights = dict.fromkeys(plus, 1)
        if not isinstance(total, int):
            weights |= dict.fromkeys(total, -1)
        self.equations.append((weights, total if isinstance(total, int) else 0))

    def changes(self) -> dict[Place, object]:
        """What has been hidden here, and what was computed from it."""
        found: dict[Place, object] = {}
        for cell in self.cells:
            if cell.place is not None and cell.text != at(self.shown, cell.place):
                *row, _ = cell.place
                found[cell.place] = cell.text
                beside = at(self.shown, tuple(row))
                found |= {(*row, name): None for name in _UNTOLD if hasattr(beside, name)}
        return found


def margins(described: Described, shown: Described) -> Margins:
    """Every count of a description that a total or another table says something about.

    Known to everybody are the numbers of eligible and labelled patients, of those with the event,
    and of missing values.

    Parameters
    ----------
    described
        With every count as it is.
    shown
        The same with some hidden.
    """
    found = Margins(described, shown)
    # the last is the label itself
    *earlier, label = described.responders
    events = {row.time: _share(found, "responders", place) for place, row in enumerate(earlier)} | {
        label.time: _known(found)
    }
    _moves(found, events)
    rule = _definitions(found)
    counts = _characteristics(found)
    _by(found, rule, counts)
    _labels(found)
    _course(found)
    return found


def _share(found: Margins, *row: str | int) -> tuple[int, int]:
    """Cells of those with the event and of the others, of whom the sum is known."""
    share: Share = at(found.described, row)
    events = found.count(*row, "events", headline=True)
    others = found.cell(exact(share.labelled) - exact(share.events))
    found.equal([events, others], exact(share.labelled))
    return events, others


def _known(found: Margins) -> tuple[int, int]:
    """Cells of those with the event and of the others, by the rule of the study."""
    sizes = found.described.characteristics.groups
    pair = found.cell(), found.cell()
    found.equal([pair[0]], sizes[RESPONDERS])
    found.equal([pair[1]], sizes[OTHERS])
    return pair


def _moves(found: Margins, events: Mapping[str, tuple[int, int]]) -> None:
    everybody = sum(found.described.characteristics.groups.values())
    for place, move in enumerate(found.described.transitions):
        kept, lost, gained, neither, unknown = (
            found.count("transitions", place, name)
            for name in ("kept", "lost", "gained", "neither", "unknown")
        )
        # responded or not at one time, and not known at the other; not known at both
        yes_, no_, _yes, _no, _neither = (found.cell() for _ in range(5))
        found.equal([kept, lost, gained, neither, unknown], everybody)
        found.equal([yes_, no_, _yes, _no, _neither], [unknown])
        before, after = events[move.start], events[move.end]
        found.equal([kept, lost, yes_], [before[0]])
        found.equal([gained, neither, no_], [before[1]])
        found.equal([kept, gained, _yes], [after[0]])
        found.equal([lost, neither, _no], [after[1]])
        again = found.count("durations", place, "kept")
        found.equal([again], [kept])
        followed = found.count("durations", place, "responders")
        found.equal([kept, lost], [followed])


def _definitions(found: Margins) -> list[tuple[int, int]]:
    sizes = found.described.characteristics.groups
    pairs = []
    for place, row in enumerate(found.described.definitions):
        if row.compared is None:
            pairs.append(_known(found))
            continue
        pair = _share(found, "definitions", place)
        pairs.append(pair)
        both, rule, other, none = (found.cell() for _ in range(4))
        alone = [found.cell() for _ in range(4)]  # who has one of the two labels
        differs = found.count("definitions", place, "differs")
        found.equal([both, rule, other, none], row.compared)
        found.equal([rule, other], [differs])
        found.equal([both, other, alone[0]], [pair[0]])
        found.equal([rule, none, alone[1]], [pair[1]])
        found.equal([both, rule, alone[2]], sizes[RESPONDERS])
        found.equal([other, none, alone[3]], sizes[OTHERS])
    return pairs


def _characteristics(found: Margins) -> dict[str, dict[str, dict[str, int]]]:
    table, cells = found.described.characteristics, {}
    where: Place
    for place, row in enumerate(table.rows):
        if not isinstance(row, LevelsCharacteristic):
            continue
        groups = {}
        for name, facts in row.groups.items():
            where = ("characteristics", "rows", place, "groups", name, "counts")
            levels = {level: found.count(*where, level) for level in facts.counts}
            found.equal(list(levels.values()), table.groups[name] - facts.missing)
            groups[name] = levels
            _pooled(found, row, levels, where[:-1])
        cells[row.name] = groups
        if row.labelled is not None:
            where = ("characteristics", "rows", place, "labelled")
            sizes = table.groups[RESPONDERS] + table.groups[OTHERS]
            levels = {
                level: found.count(*where, "counts", level, headline=True)
                for level in row.labelled.counts
            }
            found.equal(list(levels.values()), sizes - row.labelled.missing)
            for level, cell in levels.items():
                found.equal([groups[name][level] for name in (RESPONDERS, OTHERS)], [cell])
            _pooled(found, row, levels, where, headline=True)
    return cells


def _pooled(
    found: Margins,
    row: LevelsCharacteristic,
    levels: Mapping[str, int],
    where: Place,
    *,
    headline: bool = False,
) -> None:
    """Levels that few patients have each are counted together."""
    if row.pooled:
        together = found.count(*where, "together", headline=headline)
        found.equal([levels[level] for level in row.pooled], [together])


def _by(
    found: Margins,
    rule: Sequence[tuple[int, int]],
    characteristics: Mapping[str, Mapping[str, Mapping[str, int]]],
) -> None:
    by = found.described.by
    if by is None:
        return
    sizes = {level: found.count("by", "sizes", level) for level in by.sizes}
    everybody = sum(found.described.characteristics.groups.values())
    found.equal(list(sizes.values()), everybody - by.missing)
    for place, row in enumerate(by.rows):
        pairs = {}
        for level, facts in row.groups.items():
            where = ("by", "rows", place, "groups", level)
            events = found.count(*where, "events")
            others = found.cell(exact(facts.labelled) - exact(facts.events))
            labelled = found.count(*where, "labelled")
            found.equal([events, others], [labelled])
            found.equal([labelled, found.cell()], [sizes[level]])
            pairs[level] = (events, others)
        for side in (0, 1):
            # patients whose group is not known are in none of them
            rest = [found.cell()] if by.missing else []
            found.equal([pair[side] for pair in pairs.values()] + rest, [rule[place][side]])
        if place == 0 and by.column in characteristics:
            for side, group in enumerate((RESPONDERS, OTHERS)):
                for level, cell in characteristics[by.column][group].items():
                    found.equal([cell], [pairs[level][side]])


def _labels(found: Margins) -> None:
    table = found.described.labels
    if table is None:
        return
    sizes = found.described.characteristics.groups
    cells = [
        {label: found.count("labels", "rows", place, "patients", label) for label in row.patients}
        for place, row in enumerate(table.rows)
    ]
    for label in cells[0] if cells else ():
        found.equal([row[label] for row in cells], sizes.get(label, 0))
    for place, conflict in enumerate(table.conflicts):
        (same,) = (k for k, row in enumerate(table.rows) if row.criteria == conflict.criteria)
        patients = found.count("labels", "conflicts", place, "patients")
        found.equal(list(cells[same].values()), [patients])
    for name in table.decided_without:
        unknown = [
            cells[k][label]
            for k, row in enumerate(table.rows)
            if row.criteria[name] == "unknown"
            for label in (RESPONDERS, OTHERS)
        ]
        found.equal(unknown, [found.count("labels", "decided_without", name)])


def _course(found: Margins) -> None:
    course = found.described.trajectories
    for place, point in enumerate(course.points if course else ()):
        where = ("trajectories", "points", place, "counts")
        cells = [found.count(*where, step) for step in point.counts]
        if cells:
            found.equal(cells, point.n)
    for place, change in enumerate(found.described.changes):
        cells = [found.count("changes", place, way) for way in ("lower", "same", "higher")]
        found.equal(cells, change.patients)
