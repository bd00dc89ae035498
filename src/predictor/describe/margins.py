"""The counts of a description as one system of equations, as a reader with a pencil has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from predictor.describe.characteristics import OTHERS, RESPONDERS
from predictor.disclosure import FEWEST, SMALL, WITHHELD, hidden, small

_UNTOLD = ("share", "low", "high")


@dataclass
class Cell:
    """A count of patients.

    Attributes
    ----------
    value
        What it is; None where nobody needs to know.
    row, key
        Where it is shown; None for a count that only follows from others.
    headline
        Whether it is what the page is about, and withheld only where nothing else helps.
    """

    value: int | None
    row: dict[str, Any] | None = None
    key: str = ""
    headline: bool = False

    @property
    def shown(self) -> bool:
        """Whether a number stands there."""
        return self.row is not None and not hidden(self.row[self.key])

    @property
    def range(self) -> tuple[float, float]:
        """What a reader is told: the number, one to four, at least five, or nothing."""
        if self.row is None:
            return 0, float("inf")
        text = self.row[self.key]
        if text == SMALL:
            return 1, FEWEST - 1
        if text == WITHHELD:
            # nobody of a small group is withheld, too
            return (0 if self.value is not None and self.value < FEWEST else FEWEST), float("inf")
        return text, text

    def hide(self) -> None:
        """Show no number any more, nor what was computed from it."""
        if self.row is not None and self.value is not None:
            self.row[self.key] = SMALL if small(self.value) else WITHHELD
            self.row.update({name: None for name in _UNTOLD if name in self.row})


@dataclass
class Margins:
    """Cells, and equations: the sum of some, less others, is a number that everybody knows."""

    cells: list[Cell] = field(default_factory=list)
    equations: list[tuple[dict[int, int], int]] = field(default_factory=list)

    def cell(
        self,
        value: int | None = None,
        row: dict[str, Any] | None = None,
        key: str = "",
        *,
        headline: bool = False,
    ) -> int:
        """Add a cell and return its number."""
        self.cells.append(Cell(value, row, key, headline))
        return len(self.cells) - 1

    def equal(self, plus: Sequence[int], total: int | Sequence[int]) -> None:
        """Say that cells add up to a number, or to other cells."""
        weights = dict.fromkeys(plus, 1)
        if not isinstance(total, int):
            weights |= dict.fromkeys(total, -1)
        self.equations.append((weights, total if isinstance(total, int) else 0))


def margins(exact: Mapping[str, Any], shown: Mapping[str, Any]) -> Margins:
    """Every count of a description that a total or another table says something about.

    Known to everybody are the numbers of eligible and labelled patients, of those with the event,
    and of missing values.

    Parameters
    ----------
    exact
        With every count as it is.
    shown
        The same with some hidden; its cells can be hidden through what is returned.
    """
    found = Margins()
    sizes = exact["characteristics"]["groups"]
    everybody = sum(sizes.values())
    events = {
        row["time"]: _share(found, row, there)
        for row, there in zip(exact["responders"][:-1], shown["responders"], strict=False)
    }
    # the last is the label itself
    events[exact["responders"][-1]["time"]] = _known(found, sizes)
    _moves(found, exact, shown, events, everybody)
    rule = _definitions(found, exact, shown, sizes)
    counts = _characteristics(found, exact, shown)
    _by(found, exact, shown, rule, counts)
    _labels(found, exact, shown, sizes)
    _course(found, exact, shown)
    return found


def _share(found: Margins, row: Mapping[str, Any], there: dict[str, Any]) -> tuple[int, int]:
    """Cells of those with the event and of the others, of whom the sum is known."""
    events = found.cell(row["events"], there, "events", headline=True)
    others = found.cell(row["labelled"] - row["events"])
    found.equal([events, others], row["labelled"])
    return events, others


def _known(found: Margins, sizes: Mapping[str, int]) -> tuple[int, int]:
    """Cells of those with the event and of the others, by the rule of the study."""
    pair = found.cell(), found.cell()
    found.equal([pair[0]], sizes[RESPONDERS])
    found.equal([pair[1]], sizes[OTHERS])
    return pair


def _moves(
    found: Margins,
    exact: Mapping[str, Any],
    shown: Mapping[str, Any],
    events: Mapping[str, tuple[int, int]],
    everybody: int,
) -> None:
    for move, there, tells in zip(
        exact["transitions"], shown["transitions"], shown["durations"], strict=True
    ):
        kept, lost, gained, neither, unknown = (
            found.cell(move[name], there, name)
            for name in ("kept", "lost", "gained", "neither", "unknown")
        )
        # responded or not at one time, and not known at the other; not known at both
        yes_, no_, _yes, _no, _neither = (found.cell() for _ in range(5))
        found.equal([kept, lost, gained, neither, unknown], everybody)
        found.equal([yes_, no_, _yes, _no, _neither], [unknown])
        before, after = events[move["from"]], events[move["to"]]
        found.equal([kept, lost, yes_], [before[0]])
        found.equal([gained, neither, no_], [before[1]])
        found.equal([kept, gained, _yes], [after[0]])
        found.equal([lost, neither, _no], [after[1]])
        again = found.cell(move["kept"], tells, "kept")
        found.equal([again], [kept])
        followed = found.cell(move["kept"] + move["lost"], tells, "responders")
        found.equal([kept, lost], [followed])


def _definitions(
    found: Margins, exact: Mapping[str, Any], shown: Mapping[str, Any], sizes: Mapping[str, int]
) -> list[tuple[int, int]]:
    pairs = []
    for row, there in zip(exact["definitions"], shown["definitions"], strict=True):
        if row["compared"] is None:
            pairs.append(_known(found, sizes))
            continue
        pair = _share(found, row, there)
        pairs.append(pair)
        both, rule, other, none = (found.cell() for _ in range(4))
        alone = [found.cell() for _ in range(4)]  # who has one of the two labels
        differs = found.cell(row["differs"], there, "differs")
        found.equal([both, rule, other, none], row["compared"])
        found.equal([rule, other], [differs])
        found.equal([both, other, alone[0]], [pair[0]])
        found.equal([rule, none, alone[1]], [pair[1]])
        found.equal([both, rule, alone[2]], sizes[RESPONDERS])
        found.equal([other, none, alone[3]], sizes[OTHERS])
    return pairs


def _characteristics(
    found: Margins, exact: Mapping[str, Any], shown: Mapping[str, Any]
) -> dict[str, dict[str, dict[str, int]]]:
    table, cells = exact["characteristics"], {}
    for row, there in zip(table["rows"], shown["characteristics"]["rows"], strict=True):
        if row["kind"] == "number":
            continue
        groups = {}
        for name, facts in row["groups"].items():
            target = there["groups"][name]["counts"]
            levels = {
                level: found.cell(count, target, level) for level, count in facts["counts"].items()
            }
            found.equal(list(levels.values()), table["groups"][name] - facts["missing"])
            groups[name] = levels
        cells[row["name"]] = groups
    return cells


def _by(
    found: Margins,
    exact: Mapping[str, Any],
    shown: Mapping[str, Any],
    rule: Sequence[tuple[int, int]],
    characteristics: Mapping[str, Mapping[str, Mapping[str, int]]],
) -> None:
    by = exact["by"]
    if by is None:
        return
    sizes = {
        level: found.cell(size, shown["by"]["sizes"], level) for level, size in by["sizes"].items()
    }
    found.equal(
        list(sizes.values()), sum(exact["characteristics"]["groups"].values()) - by["missing"]
    )
    for place, (row, there) in enumerate(zip(by["rows"], shown["by"]["rows"], strict=True)):
        pairs = {}
        for level, facts in row["groups"].items():
            target = there["groups"][level]
            events = found.cell(facts["events"], target, "events")
            others = found.cell(facts["labelled"] - facts["events"])
            labelled = found.cell(facts["labelled"], target, "labelled")
            found.equal([events, others], [labelled])
            found.equal([labelled, found.cell()], [sizes[level]])
            pairs[level] = (events, others)
        for side in (0, 1):
            # patients whose group is not known are in none of them
            rest = [found.cell()] if by["missing"] else []
            found.equal([pair[side] for pair in pairs.values()] + rest, [rule[place][side]])
        if place == 0 and by["column"] in characteristics:
            for side, group in enumerate((RESPONDERS, OTHERS)):
                for level, cell in characteristics[by["column"]][group].items():
                    found.equal([cell], [pairs[level][side]])


def _labels(
    found: Margins, exact: Mapping[str, Any], shown: Mapping[str, Any], sizes: Mapping[str, int]
) -> None:
    table = exact["labels"]
    if table is None:
        return
    there = shown["labels"]
    cells = [
        {label: found.cell(n, to["patients"], label) for label, n in row["patients"].items()}
        for row, to in zip(table["rows"], there["rows"], strict=True)
    ]
    for label in cells[0] if cells else ():
        found.equal([row[label] for row in cells], sizes.get(label, 0))
    for conflict, to in zip(table["conflicts"], there["conflicts"], strict=True):
        (same,) = (
            k for k, row in enumerate(table["rows"]) if row["criteria"] == conflict["criteria"]
        )
        found.equal(list(cells[same].values()), [found.cell(conflict["patients"], to, "patients")])
    for name, count in table["decided_without"].items():
        unknown = [
            cells[k][label]
            for k, row in enumerate(table["rows"])
            if row["criteria"][name] == "unknown"
            for label in (RESPONDERS, OTHERS)
        ]
        found.equal(unknown, [found.cell(count, there["decided_without"], name)])


def _course(found: Margins, exact: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
    if exact["trajectories"] is not None:
        points = zip(exact["trajectories"]["points"], shown["trajectories"]["points"], strict=True)
        for point, there in points:
            cells = [found.cell(n, there["counts"], step) for step, n in point["counts"].items()]
            if cells:
                found.equal(cells, point["n"])
    for change, there in zip(exact["changes"], shown["changes"], strict=True):
        cells = [found.cell(change[way], there, way) for way in ("lower", "same", "higher")]
        found.equal(cells, change["patients"])
