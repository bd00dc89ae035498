"""What may leave the room: counts of one to four patients, and what would give them away."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from predictor.describe.characteristics import UNLABELLED
from predictor.describe.protect import protect
from predictor.disclosure import FEWEST, SMALL, WITHHELD, Shown, hidden

_SPREAD = ("median", "q1", "q3", "mean", "sd")


def shield(cells: Sequence[int]) -> list[Shown]:
    """Cells of a table whose total is known, fit to share.

    One to four becomes ``<5``. While the total leaves only one way to fill what is hidden (a single
    cell, or all of them as small or as large as they can be), the smallest of the others becomes
    ``withheld``, as long as there are any. Zero stays: nobody is there.
    """
    shown: list[Shown] = [SMALL if 0 < cell < FEWEST else cell for cell in cells]
    others = sorted((cell, place) for place, cell in enumerate(cells) if cell >= FEWEST)
    for _, place in others:
        if not _one_way(cells, shown):
            break
        shown[place] = WITHHELD
    return shown


def _one_way(cells: Sequence[int], shown: Sequence[Shown]) -> bool:
    """Whether the hidden cells follow from their sum."""
    small = [cell for cell, text in zip(cells, shown, strict=True) if text == SMALL]
    withheld = [cell for cell, text in zip(cells, shown, strict=True) if text == WITHHELD]
    if not small:
        return False
    if len(small) + len(withheld) == 1:
        return True
    total = sum(small) + sum(withheld)
    least = len(small) + FEWEST * len(withheld)
    return total == least or (not withheld and total == (FEWEST - 1) * len(small))


def p_would_tell(lost: Shown, gained: Shown) -> bool:
    """Whether a hidden count follows from McNemar's p: few pairs of counts give all its forms."""
    return hidden(lost) or hidden(gained)


def suppressed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A description without counts of one to four patients, and a list of where they were.

    Left as they are: rows, eligible, labelled, those with the event, and missing values per column.
    These are the denominators, without which nothing can be read. Then everything is looked at
    together (see `protect`): what gives a hidden count away in another table is withheld.
    """
    found = copy.deepcopy(dict(document))
    few: list[str] = []
    _characteristics(found["characteristics"], few)
    _course(found, few)
    for row in found["responders"]:
        _share(row, f"responders at {row['time']}", few)
    _moves(found, few)
    for row in found["definitions"]:
        _share(row, f"definition: {row['definition']}", few)
        row["differs"] = _cell(row["differs"])
    if found["labels"] is not None:
        _labels(found["labels"], few)
    if found["by"] is not None:
        _groups(found["by"], few)
    _patterns(found["missing"])
    protect(document, found)
    _follow(found)
    found["few"] = few
    return found


def _cell(count: int | None) -> Shown | None:
    return None if count is None else shield([count, FEWEST])[0]


def _characteristics(table: dict[str, Any], few: list[str]) -> None:
    for row in table["rows"]:
        closed = set()
        for name, facts in row["groups"].items():
            if "counts" in facts:
                shown = shield(list(facts["counts"].values()))
                facts["counts"] = dict(zip(facts["counts"], shown, strict=True))
                if any(hidden(cell) for cell in shown):
                    closed.add(name)
            elif table["groups"][name] - facts["missing"] < FEWEST:
                facts.update(dict.fromkeys(_SPREAD))
                closed.add(name)
        if closed:
            few.append(f"characteristics: {row['name']}")
            row["standardised_difference_unlabelled"] = None
            if closed != {UNLABELLED}:
                row["standardised_difference"] = None


def _follow(found: dict[str, Any]) -> None:
    """Take away what is computed from counts that were hidden in the end."""
    for row in found["characteristics"]["rows"]:
        closed = {
            name
            for name, facts in row["groups"].items()
            if any(hidden(cell) for cell in facts.get("counts", {}).values())
        }
        if closed:
            row["standardised_difference_unlabelled"] = None
        if closed - {UNLABELLED}:
            row["standardised_difference"] = None
    for move, tests in zip(found["transitions"], found["mcnemar"], strict=True):
        if p_would_tell(move["lost"], move["gained"]):
            tests["p"] = dict.fromkeys(tests["p"])


def _course(found: dict[str, Any], few: list[str]) -> None:
    for point in (found["trajectories"] or {"points": []})["points"]:
        counts = point["counts"]
        point["counts"] = dict(zip(counts, shield(list(counts.values())), strict=True))
        if point["n"] < FEWEST:
            few.append(f"score at {point['time']}")
            point.update(median=None, q1=None, q3=None)
    for change in found["changes"]:
        names = ("lower", "same", "higher")
        shown = shield([change[name] for name in names])
        change.update(dict(zip(names, shown, strict=True)))
        if change["patients"] < FEWEST:
            few.append(f"change of score from {change['from']} to {change['to']}")
            change["median"] = change["rank_biserial"] = None
            change["hodges_lehmann"].update(dict.fromkeys(("estimate", "low", "high")))
            change["signed_rank"].update(p=None, v=None)


def _share(row: dict[str, Any], name: str, few: list[str]) -> None:
    events, others = shield([row["events"], row["labelled"] - row["events"]])
    if hidden(events) or hidden(others):
        few.append(name)
        row.update(events=events, share=None, low=None, high=None)


def _moves(found: dict[str, Any], few: list[str]) -> None:
    for move in found["transitions"]:
        for name in ("kept", "lost", "gained", "neither"):
            if 0 < move[name] < FEWEST:
                move[name] = SMALL
                few.append(f"from {move['from']} to {move['to']}: {name}")
    for row in found["durations"]:
        lost = row["responders"] - row["kept"]
        if 0 < min(row["kept"], lost) < FEWEST:
            row.update(kept=SMALL if row["kept"] < FEWEST else WITHHELD)
            row.update(share=None, low=None, high=None)
        row["responders"] = _cell(row["responders"])


def _labels(table: dict[str, Any], few: list[str]) -> None:
    # how many have each label is known
    for label in table["rows"][0]["patients"] if table["rows"] else ():
        shown = shield([row["patients"][label] for row in table["rows"]])
        for row, cell in zip(table["rows"], shown, strict=True):
            row["patients"][label] = cell
            if cell == SMALL:
                few.append(f"how labels came about: {row['holds']}, {label}")
    for conflict in table["conflicts"]:
        conflict["patients"] = _cell(conflict["patients"])
    table["decided_without"] = {k: _cell(n) for k, n in table["decided_without"].items()}


def _groups(table: dict[str, Any], few: list[str]) -> None:
    for row in table["rows"]:
        groups = row["groups"]
        within = {
            level: shield([facts["events"], facts["labelled"] - facts["events"]])
            for level, facts in groups.items()
        }
        closed = {level for level, cells in within.items() if any(hidden(c) for c in cells)}
        closed |= {level for level, size in table["sizes"].items() if 0 < size < FEWEST}
        if len(closed) == 1 and len(groups) > 1:
            # the total of all groups is known: one more has to go
            others = [
                level for level in groups if level not in closed and groups[level]["labelled"]
            ]
            closed |= set(sorted(others, key=lambda level: groups[level]["events"])[:1])
        for level in closed:
            events = within[level][0]
            few.append(f"{row['definition']}, {table['column']} = {level}")
            groups[level].update(
                events=events if hidden(events) else WITHHELD, share=None, low=None, high=None
            )
            groups[level]["labelled"] = _cell(groups[level]["labelled"])
    table["sizes"] = {level: _cell(size) for level, size in table["sizes"].items()}


def _patterns(table: dict[str, Any]) -> None:
    rare = [p for p in table["patterns"] if p["patients"] < FEWEST]
    table["patterns"] = [p for p in table["patterns"] if p["patients"] >= FEWEST]
    together = sum(pattern["patients"] for pattern in rare)
    table["rare"] = {"patterns": len(rare), "patients": _cell(together)}
