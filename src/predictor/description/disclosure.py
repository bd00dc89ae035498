"""What may leave the room: counts of one to four patients, and what would give them away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.description.protection import protect
from predictor.description.table_to_share import differences_untold, pooled, shared_table_one
from predictor.disclosure import (
    FEWEST,
    SMALL,
    WITHHELD,
    Shown,
    exact,
    hidden,
    quantiles_told,
    small,
)
from predictor.results import (
    ByGroup,
    Change,
    DefinitionShare,
    Described,
    Duration,
    LabelPaths,
    McNemarP,
    Missing,
    RarePatterns,
    Share,
    Trajectories,
    Transition,
)
from predictor.results.places import Place, replaced

Changes = dict[Place, object]
"""What is said instead, by its place in a description."""

_UNTOLD = dict.fromkeys(("share", "low", "high"))


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
    below = [cell for cell, text in zip(cells, shown, strict=True) if text == SMALL]
    withheld = [cell for cell, text in zip(cells, shown, strict=True) if text == WITHHELD]
    if not below:
        return False
    if len(below) + len(withheld) == 1:
        return True
    total = sum(below) + sum(withheld)
    least = len(below) + FEWEST * len(withheld)
    return total == least or (not withheld and total == (FEWEST - 1) * len(below))


def p_would_tell(lost: Shown, gained: Shown) -> bool:
    """Whether a hidden count follows from McNemar's p: few pairs of counts give all its forms."""
    return hidden(lost) or hidden(gained)


def suppressed(described: Described) -> Described:
    """A description without counts of one to four patients, and a list of where they were.

    Left as they are: rows, eligible, labelled, those with the event, and missing values per column.
    These are the denominators, without which nothing can be read. Then everything is looked at
    together (see `protect`): what gives a hidden count away in another table is withheld.
    """
    few: list[str] = []
    described = pooled(described)
    changes = shared_table_one(described.characteristics, few)
    changes |= _trajectories(described.trajectories, few)
    changes |= _changes(described.changes, few)
    for place, row in enumerate(described.responders):
        changes |= _share(row, ("responders", place), f"responders at {row.time}", few)
    changes |= _moves(described.transitions, few)
    changes |= _durations(described.durations)
    changes |= _definitions(described.definitions, few)
    changes |= _labels(described.labels, few)
    changes |= _groups(described.by, few)
    changes |= _patterns(described.missing)
    shown = protect(described, replaced(described, changes))
    return replaced(shown, {**_followed(shown), ("few",): few})


def _within(where: Place, values: Mapping[str, object]) -> Changes:
    return {(*where, name): value for name, value in values.items()}


def _cell(count: Shown) -> Shown:
    return shield([exact(count), FEWEST])[0]


def _table(counts: Mapping[str, Shown]) -> dict[str, Shown]:
    """Cells of a table whose total is known, by name."""
    shown = shield([exact(count) for count in counts.values()])
    return dict(zip(counts, shown, strict=True))


def _followed(shown: Described) -> Changes:
    """Take away what is computed from counts that were hidden in the end."""
    found: Changes = {}
    found |= differences_untold(shown.characteristics)
    for place, move in enumerate(shown.transitions):
        if p_would_tell(move.lost, move.gained):
            found |= _within(("mcnemar", place, "p"), dict.fromkeys(McNemarP.model_fields))
    return found


def _trajectories(course: Trajectories | None, few: list[str]) -> Changes:
    found: Changes = {}
    for place, point in enumerate(course.points if course else ()):
        where = ("trajectories", "points", place)
        found |= _within((*where, "counts"), _table(point.counts))
        if not quantiles_told(point.n):
            few.append(f"score at {point.time}")
            untold = ("q1", "q3") if quantiles_told(point.n, 0.5) else ("median", "q1", "q3")
            found |= _within(where, dict.fromkeys(untold))
    return found


def _changes(changes: Sequence[Change], few: list[str]) -> Changes:
    found: Changes = {}
    for place, change in enumerate(changes):
        where = ("changes", place)
        ways = {"lower": change.lower, "same": change.same, "higher": change.higher}
        found |= _within(where, _table(ways))
        if change.patients < FEWEST:
            few.append(f"change of score from {change.start} to {change.end}")
            found |= _within(where, dict.fromkeys(("median", "rank_biserial")))
            shift = dict.fromkeys(("estimate", "low", "high"))
            found |= _within((*where, "hodges_lehmann"), shift)
            found |= _within((*where, "signed_rank"), dict.fromkeys(("p", "v")))
    return found


def _share(row: Share, where: Place, name: str, few: list[str]) -> Changes:
    events, others = shield([exact(row.events), exact(row.labelled) - exact(row.events)])
    if not (hidden(events) or hidden(others)):
        return {}
    few.append(name)
    return _within(where, {"events": events, **_UNTOLD})


def _moves(moves: Sequence[Transition], few: list[str]) -> Changes:
    found: Changes = {}
    for place, move in enumerate(moves):
        ways = {
            "kept": move.kept,
            "lost": move.lost,
            "gained": move.gained,
            "neither": move.neither,
        }
        for name, count in ways.items():
            if small(exact(count)):
                found["transitions", place, name] = SMALL
                few.append(f"from {move.start} to {move.end}: {name}")
    return found


def _durations(rows: Sequence[Duration]) -> Changes:
    found: Changes = {}
    for place, row in enumerate(rows):
        where, kept = ("durations", place), exact(row.kept)
        if small(min(kept, exact(row.responders) - kept)):
            kept_shown = SMALL if kept < FEWEST else WITHHELD
            found |= _within(where, {"kept": kept_shown, **_UNTOLD})
        found[*where, "responders"] = _cell(row.responders)
    return found


def _definitions(rows: Sequence[DefinitionShare], few: list[str]) -> Changes:
    found: Changes = {}
    for place, row in enumerate(rows):
        where = ("definitions", place)
        found |= _share(row, where, f"definition: {row.definition}", few)
        if row.differs is not None:
            found[*where, "differs"] = _cell(row.differs)
    return found


def _labels(table: LabelPaths | None, few: list[str]) -> Changes:
    found: Changes = {}
    if table is None:
        return found
    # how many have each label is known
    for label in table.rows[0].patients if table.rows else ():
        shown = shield([exact(row.patients[label]) for row in table.rows])
        for place, (row, cell) in enumerate(zip(table.rows, shown, strict=True)):
            found["labels", "rows", place, "patients", label] = cell
            if cell == SMALL:
                few.append(f"how labels came about: {row.holds}, {label}")
    for place, conflict in enumerate(table.conflicts):
        found["labels", "conflicts", place, "patients"] = _cell(conflict.patients)
    for name, count in table.decided_without.items():
        found["labels", "decided_without", name] = _cell(count)
    return found


def _groups(table: ByGroup | None, few: list[str]) -> Changes:
    found: Changes = {}
    if table is None:
        return found
    for place, row in enumerate(table.rows):
        groups = row.groups
        within = {
            level: shield([exact(facts.events), exact(facts.labelled) - exact(facts.events)])
            for level, facts in groups.items()
        }
        closed = {level for level, cells in within.items() if any(hidden(c) for c in cells)}
        closed |= {level for level, size in table.sizes.items() if small(exact(size))}
        if len(closed) == 1 and len(groups) > 1:
            # the total of all groups is known: one more has to go
            others = [level for level in groups if level not in closed and groups[level].labelled]
            closed |= set(sorted(others, key=lambda level: exact(groups[level].events))[:1])
        for level in (level for level in groups if level in closed):
            few.append(f"{row.definition}, {table.column} = {level}")
            events = within[level][0]
            said = {
                "events": events if hidden(events) else WITHHELD,
                **_UNTOLD,
                "labelled": _cell(groups[level].labelled),
            }
            found |= _within(("by", "rows", place, "groups", level), said)
    sizes = {level: _cell(size) for level, size in table.sizes.items()}
    return found | _within(("by", "sizes"), sizes)


def _patterns(table: Missing) -> Changes:
    rare = [pattern for pattern in table.patterns if pattern.patients < FEWEST]
    together = sum(pattern.patients for pattern in rare)
    told = tuple(pattern for pattern in table.patterns if pattern.patients >= FEWEST)
    counted = RarePatterns(patterns=len(rare), patients=_cell(together))
    return _within(("missing",), {"patterns": told, "rare": counted})
