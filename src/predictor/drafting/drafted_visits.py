"""The wide table that a draft of a long one is made of: each column at its time points."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from predictor.cohort.described import DescribedColumn
from predictor.cohort.sql_names import as_written
from predictor.drafting import names
from predictor.drafting.drafted_file import Entry, Settings
from predictor.drafting.kinds import Kind, kind_of
from predictor.drafting.long_tables import LongTable, long_table, several_each, values_at
from predictor.drafting.time_points import Timed

_DIARY = 1.5  # values of a patient at one time point, on average: then their mean is meant
_CONTRADICTS = "a patient has several values at one time point, and take: says which counts"
_SAME = 0.95  # of patients have the same value at all time points: then it is told once

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Visited:
    """What a draft is made of.

    Attributes
    ----------
    columns
        One row per patient; names are those of the dictionary.
    kinds
        By name.
    when
        When each becomes known.
    settings
        By name, what its entry has besides.
    folded
        By column of the long table, the names that are one entry with several time points.
    of_rows
        Columns of a row that queries read, with their kind.
    unused
        Columns of the long table that nothing is made of, by the reason.
    """

    columns: tuple[DescribedColumn, ...]
    kinds: Mapping[str, Kind]
    when: Timed
    settings: Mapping[str, Settings]
    folded: Mapping[str, tuple[str, ...]]
    of_rows: Mapping[str, Kind]
    unused: Mapping[str, Sequence[str]]

    def without(self, names_: Collection[str]) -> Timed:
        """When the columns become known, of some of which nothing is made."""
        families = {
            stem: by
            for stem, by in self.when.families.items()
            if not set(by.values()).intersection(names_)
        }
        presumed = tuple(name for name in self.when.presumed if name not in names_)
        return replace(self.when, families=families, presumed=presumed)

    def entries(self, given: Mapping[str, Entry]) -> tuple[dict[str, Entry], dict[str, str]]:
        """Entries as they are written, each with the time point below which it stands."""
        source = {name: long for long, made in self.folded.items() for name in made}
        written: dict[str, Entry] = {}
        place: dict[str, str] = {}
        for name, entry in given.items():
            long = source.get(name, name)
            if long in written:
                continue
            settings = {**entry.settings, **self.settings.get(name, {})}
            if long != name:
                made = self.folded[long]
                settings["known_at"] = [self.when.known_at[each] for each in made]
                if any("take" in self.settings[each] for each in made):
                    settings["take"] = "last"
            written[long] = replace(entry, name=long, settings=settings)
            place[long] = self.when.known_at[name]
        return written, place


def long_table_of(columns: Sequence[DescribedColumn]) -> tuple[LongTable, Visited] | None:
    """How a table is told apart that has several rows for each patient, and what is in it."""
    long = long_table(columns, {column.name: kind_of(column) for column in columns})
    return None if long is None else (long, visited(columns, long))


def visited(columns: Sequence[DescribedColumn], table: LongTable) -> Visited:
    """Each column of a table with one row per visit, at the time points that it has values of."""
    patients = list(dict.fromkeys(table.patient))
    made: dict[str, DescribedColumn] = {}
    kinds: dict[str, Kind] = {}
    known_at: dict[str, str] = {}
    settings: dict[str, Settings] = {}
    folded: dict[str, tuple[str, ...]] = {}
    families: dict[str, dict[str, str]] = {}
    of_rows: dict[str, Kind] = {}
    unused: dict[str, list[str]] = {}
    presumed: list[str] = []
    first, last = next(iter(table.points)), list(table.points)[-1]
    for column in columns:
        if column.name in table.ids:
            part = dict(zip(table.patient, column.cells.to_pylist(), strict=True))
            cells = pa.chunked_array([pa.array([part[who] for who in patients], pa.string())])
            made[column.name] = replace(column, cells=cells)
            kinds[column.name] = kind_of(made[column.name])
            continue
        if column.name in table.own:
            if column.name in table.repeats:
                unused.setdefault("it only tells rows apart", []).append(column.name)
            continue
        if names.is_a_state_of_a_form(column.name):
            unused.setdefault("the state of a form", []).append(column.name)
            continue
        cells = column.cells.to_pylist()
        undated = list(values_at(table, cells, first, undated=True))
        by_point = {p: list(values_at(table, cells, p, undated=False)) for p in table.points}
        by_point = {point: pairs for point, pairs in by_point.items() if pairs}
        if undated:
            late = names.known_late(column.name) == "later"
            by_point = {last if late else first: undated}
            if not late:
                presumed.append(column.name)
        if not by_point:
            unused.setdefault("no value at any time point", []).append(column.name)
            continue
        joint = _kind(column, [pair for pairs in by_point.values() for pair in pairs])
        diary = max(map(several_each, by_point.values())) > _DIARY and _varies(by_point)
        if diary and joint.type not in ("number", "integer", "flag"):
            reason = "several values at one time point; a query could make one of them"
            unused.setdefault(reason, []).append(column.name)
            continue
        if not diary and len(by_point) > 1 and _constant(by_point):
            by_point = {next(iter(by_point)): next(iter(by_point.values()))}
        several = diary or len(by_point) > 1
        late = names.known_late(column.name) is not None and joint.type != "date"
        if late and not several and first in by_point and column.name not in presumed:
            presumed.append(column.name)  # its row stands there, but its name says otherwise
        wide = {point: f"{column.name}_{point}" if several else column.name for point in by_point}
        for point, name in wide.items():
            made[name] = _one_each(column, name, patients, by_point[point])
            own = kind_of(made[name])
            kinds[name] = replace(
                joint, known=own.known, distinct=own.distinct, constant=own.constant, unique=False
            )
            known_at[name] = point
            settings[name] = {}
            if diary:
                kinds[name] = replace(kinds[name], type="number", levels=(), range=joint.range)
                settings[name] = {"query": _mean(column.name, joint, point)}
            elif any(len(v) > 1 for v in _values(by_point[point]).values()):
                settings[name] = {"take": "last"}
                kinds[name] = replace(kinds[name], reason=kinds[name].reason or _CONTRADICTS)
        if diary:
            of_rows[column.name] = joint
        elif several:
            folded[column.name] = tuple(wide.values())
        if first in wide and len(wide) > 1:
            families[column.name] = dict(wide)
    return Visited(
        columns=tuple(made.values()),
        kinds=kinds,
        when=Timed(
            points=dict(table.points),
            known_at=known_at,
            told=frozenset(known_at) - set(presumed),
            presumed=tuple(name for name in presumed if name in known_at),
            families=families,
        ),
        settings=settings,
        folded=folded,
        of_rows=of_rows,
        unused=unused,
    )


def _kind(column: DescribedColumn, pairs: Pairs) -> Kind:
    """What the cells are, each value counted once for each patient who has it."""
    texts = [value for _, value in dict.fromkeys(pairs)]
    return kind_of(replace(column, cells=pa.chunked_array([pa.array(texts, pa.string())])))


def _values(pairs: Pairs) -> dict[str, dict[str, None]]:
    """The different values of each patient, in their order."""
    found: dict[str, dict[str, None]] = {}
    for who, value in pairs:
        found.setdefault(who, {})[value] = None
    return found


def _varies(by_point: Mapping[str, Pairs]) -> bool:
    """Whether many patients have different values at one time point."""
    each = [values for pairs in by_point.values() for values in _values(pairs).values()]
    return 2 * sum(len(values) > 1 for values in each) > len(each)


def _constant(by_point: Mapping[str, Pairs]) -> bool:
    """Whether nearly all patients have the same value at all time points."""
    together: dict[str, dict[str, None]] = {}
    times: dict[str, int] = {}
    for pairs in by_point.values():
        for who, values in _values(pairs).items():
            together.setdefault(who, {}).update(values)
            times[who] = times.get(who, 0) + 1
    both = [who for who, count in times.items() if count > 1]
    return bool(both) and sum(len(together[who]) == 1 for who in both) >= _SAME * len(both)


def _one_each(
    column: DescribedColumn, name: str, patients: Sequence[str], pairs: Pairs
) -> DescribedColumn:
    values = _values(pairs)
    cells = [next(iter(values.get(who, {})), None) for who in patients]
    return replace(column, name=name, cells=pa.chunked_array([pa.array(cells, pa.string())]))


def _mean(name: str, kind: Kind, point: str) -> str:
    """The query of a value that a diary has at a time point."""
    written = as_written(name)
    value = f"{written}::INTEGER" if kind.type == "flag" else written
    return f"SELECT avg({value}) FROM visits WHERE timepoint = '{point}'"
