"""The cohort: a checked, typed table that knows when each of its columns becomes known."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort.databases import located
from predictor.cohort.dictionary import arrow_type, check_part, check_table
from predictor.cohort.fault import Fault, TableError, below_header
from predictor.cohort.header import check_declared
from predictor.cohort.joined_texts import join_ids, joined
from predictor.cohort.numbers import Written
from predictor.cohort.patients import declared_in, read_patients
from predictor.cohort.strays import check_patients
from predictor.cohort.taken import Taken
from predictor.cohort.visits import (
    is_long,
    made_of,
    misnamed_time,
    rows_declared,
    tells_time,
    widen,
)
from predictor.errors import DataError
from predictor.study import Column, Study

# iterations of PBKDF2: a tenth of a second, for whoever guesses too
_STRETCHED = 100_000
_BYTES = 64  # of what is made of a row of a table in parts
_CONTENTS: int = 1 << 8 * _BYTES


@dataclass(frozen=True, repr=False)
class Cohort:
    """Patients as known at a time point.

    Attributes
    ----------
    study
        The study whose dictionary the table follows.
    columns
        The columns that exist, in the order of the dictionary.
    table
        One row per patient (or per course of treatment, before eligibility).
    rows
        (n,) which row of the table that was read each of them is, 0-based.
    others
        How many columns of the file were left out because the study file does not declare them.
    taken
        How cells were read that are not written as their type is; of the whole table, whatever
        rows and columns are left.
    header
        1-based row of the file in which the names of the columns stood.
    begins
        In which row of its file each row of the table that was read begins, where the file has a
        row per visit; None where both are the same.
    """

    study: Study
    columns: tuple[Column, ...]
    table: pa.Table
    rows: npt.NDArray[np.int64] = field(compare=False)
    others: int = field(default=0, compare=False)
    taken: tuple[Taken, ...] = field(default=(), compare=False)
    header: int = field(default=1, compare=False)
    begins: npt.NDArray[np.int64] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        # never a value: a traceback with locals would print it
        return f"<Cohort {self.study.study}: {len(self)} rows, {len(self.columns)} columns>"

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @classmethod
    def read(cls, path: Path | str, study: Study) -> Cohort:
        """Read a file and check every cell against the dictionary.

        Raises
        ------
        TableError
            With all faults of columns and cells.
        DataError
            If the file cannot be read as a table.
        """
        path = located(path)
        cohort: Cohort | None = None
        faults: list[Fault] = []
        refused: DataError | None = None
        try:
            cohort, faults = cls._read(path, study)
        except DataError as error:
            refused = error
        if cohort is not None and not faults:
            return cohort
        from predictor.cohort.guesses import guess

        seems = guess(path, study.table, declared_in(study))
        left: list[Fault] | None = None
        if seems is not None:
            with suppress(DataError):
                _, left = cls._read(path, study.model_copy(update={"table": seems.spec}))
        if seems is None or left is None or (not refused and _cells(left) >= _cells(faults)):
            raise refused or TableError(path, faults)
        written = Fault(None, (), f"it seems to have {seems.words}", fix=seems.edit)
        raise TableError(path, [written, *left], table=seems.spec)

    @classmethod
    def _read(cls, path: Path | str, study: Study) -> tuple[Cohort, list[Fault]]:
        """The cohort and its faults; what has one is null, or not there."""
        raw = read_patients(path, study)
        cells = raw.cells
        if misnamed := misnamed_time(cells.column_names, study):
            return cls.nobody(study, ()), below_header(misnamed, raw.header)
        long = is_long(cells.column_names, study)
        declared = rows_declared(study) if long else tuple(c.name for c in study.columns)
        faults = check_declared(cells.column_names, study, declared, header=raw.header)
        cohort = cls.nobody(study, ())
        if not long or tells_time(cells.column_names, study):
            names = made_of(cells.column_names, study)
            present = [column for column in study.columns if column.name in names]
            if long or len(present) == len(study.columns):
                cohort, found = cls.check_table(cells, study, present, whole=True)
            else:
                cohort, found = cls.check(cells, study, present)
            if len(present) < len(study.columns):  # whether a row is blank cannot be told
                found = [fault for fault in found if fault.column is not None]
            faults += found
        others = len({*cells.column_names} - {*declared})
        cohort = replace(
            cohort, others=others, taken=(*raw.taken, *cohort.taken), header=raw.header
        )
        return cohort, below_header(faults, raw.header)

    @classmethod
    def check_table(
        cls, raw: pa.Table, study: Study, columns: Sequence[Column], *, whole: bool = False
    ) -> tuple[Cohort, list[Fault]]:
        """A whole table to a cohort, and all faults: of cells, of visits, and of strange rows.

        Parameters
        ----------
        raw
            Text cells, one row per patient or one per visit; the columns can be made of it
            (`predictor.cohort.made_of`).
        study
            The dictionary.
        columns
            Those that are read.
        whole
            Whether a table with one row per visit should have rows of every time point.
        """
        if not is_long(raw.column_names, study):
            return cls._check_rows(raw, study, columns)
        one = widen(raw, study, columns, whole=whole)
        cohort, found = cls._check_rows(one.table, study, columns)
        taken = (*one.taken, *cohort.taken)
        return replace(cohort, taken=taken, begins=one.first), [*one.faults, *one.located(found)]

    @classmethod
    def _check_rows(
        cls, raw: pa.Table, study: Study, columns: Sequence[Column]
    ) -> tuple[Cohort, list[Fault]]:
        cohort, found = cls.check(raw, study, columns)
        read = study.model_copy(update={"columns": tuple(columns)})
        return cohort, [*found, *check_patients(cohort.table, read, found)]

    @classmethod
    def check(
        cls, raw: pa.Table, study: Study, columns: Sequence[Column]
    ) -> tuple[Cohort, list[Fault]]:
        """Text cells to a cohort with the given columns, and the faults found on the way."""
        checked = check_table(raw, columns, study)
        rows = np.arange(checked.table.num_rows)
        cohort = cls(study, tuple(columns), checked.table, rows, taken=checked.taken)
        return cohort, checked.faults

    @classmethod
    def check_part(
        cls,
        raw: pa.Table,
        study: Study,
        columns: Sequence[Column],
        *,
        first: int,
        written: Mapping[str, Written],
    ) -> tuple[Cohort, list[Fault], dict[str, Written]]:
        """The same of some rows of a table, of which the first is row `first`.

        What `predictor.cohort.dictionary.check_part` says of `written` holds here.
        """
        checked = check_part(raw, columns, study, written)
        rows = np.arange(first, first + checked.table.num_rows)
        cohort = cls(study, tuple(columns), checked.table, rows)
        return cohort, checked.faults, checked.written

    @classmethod
    def nobody(cls, study: Study, columns: Sequence[Column]) -> Cohort:
        """A cohort with these columns and without rows."""
        table = pa.table({c.name: pa.array([], arrow_type(c)) for c in columns})
        return cls(study, tuple(columns), table, np.arange(0))

    def as_of(self, time_point: str) -> Cohort:
        """The cohort as it was known at a time point; later columns do not exist in it."""
        known = self.study.known(time_point)
        return self.only([column.name for column in known])

    def only(self, names: Collection[str]) -> Cohort:
        """The cohort with some of its columns, in the order of the dictionary."""
        columns = tuple(column for column in self.columns if column.name in names)
        table = self.table.select([column.name for column in columns])
        return replace(self, columns=columns, table=table)

    def with_gaps(self, columns: Sequence[Column]) -> Cohort:
        """The cohort with these columns, in this order; those it has not are null for everybody."""
        lacking = [column for column in columns if column.name not in self.table.column_names]
        typed = Cohort.nobody(self.study, lacking).table
        gaps = {field.name: pa.nulls(len(self), field.type) for field in typed.schema}
        table = pa.table(
            {c.name: gaps[c.name] if c.name in gaps else self.table[c.name] for c in columns}
        )
        return replace(self, columns=tuple(columns), table=table)

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Cohort:
        """The cohort of some of its rows, in the order given."""
        chosen = np.asarray(rows, dtype=np.int64)
        return replace(self, table=self.table.take(chosen), rows=self.rows[chosen])

    @property
    def lines(self) -> npt.NDArray[np.int64]:
        """(n,) rows of the file as a spreadsheet numbers them: the header is row 1."""
        return (self.rows if self.begins is None else self.begins[self.rows]) + 1 + self.header

    @property
    def keys(self) -> pa.Array:
        """The identifier of each row, parts of a composite one joined by a unit separator."""
        parts = [self.table[name] for name in self.study.ids]
        return join_ids(parts)

    def fingerprint(self) -> str:
        """SHA-256 over names, types and cells, row by row; the same from every kind of file."""
        digest = hashlib.sha256()
        self.add_to(digest)
        return f"sha256:{digest.hexdigest()}"

    def add_to(self, digest: hashlib._Hash, *, begins: bool = True) -> None:
        """Add names, types and cells to a digest, or only cells if the table began before."""
        import pyarrow.csv as arrow_csv

        if begins:
            digest.update(str(self.table.schema.remove_metadata()).encode())
        sink = pa.BufferOutputStream()
        arrow_csv.write_csv(self.table, sink, arrow_csv.WriteOptions(include_header=begins))
        digest.update(sink.getvalue())

    def entropy(self) -> int:
        """A number that only who has the patients can know, and not from the fingerprint.

        Samples that are drawn with it cannot be drawn again from a seed and a number of patients.
        It is written nowhere. It follows from the multiset of the rows: neither their order nor
        what only names a patient (identifiers, clusters, texts, columns that are never read) has a
        part in it. It is slow to compute on purpose: what a row holds besides may be little enough
        to be guessed.
        """
        measured, rows = self._measured()
        said = "\x1e".join([*measured, *sorted(rows)]).encode()
        return int.from_bytes(
            hashlib.pbkdf2_hmac("sha256", said, b"samples of patients", _STRETCHED), "big"
        )

    def content(self) -> int:
        """A number that follows from the multiset of the rows; those of two tables add up.

        It is of the same cells as `entropy`, and as secret; see `stretched`.
        """
        _, rows = self._measured()
        hashed = (hashlib.blake2b(row.encode(), digest_size=_BYTES).digest() for row in rows)
        return sum(int.from_bytes(each, "big") for each in hashed) % _CONTENTS

    def ranks(self) -> npt.NDArray[np.int64]:
        """(n,) place of each row among the different ones, by what `entropy` is made of.

        Rows that share all of it share a place. It is the same whatever is predicted, from when and
        from which covariates.
        """
        _, rows = self._measured()
        place = {row: rank for rank, row in enumerate(sorted(set(rows)))}
        return np.array([place[row] for row in rows], dtype=np.int64)

    def _measured(self) -> tuple[list[str], list[str]]:
        """Columns that do more than name a patient, by name, and their cells, a text per row."""
        values = {c.name: c.type for c in self.columns if c.role == "value"}
        measured = sorted(name for name, kind in values.items() if kind != "text")
        measured = measured or sorted(values)  # texts, where there is nothing else
        return measured, joined([self.table[name] for name in measured], gap="").to_pylist()


def stretched(study: Study, content: int) -> int:
    """The entropy of a table in parts, whose contents add up to a number; slow on purpose."""
    said = (content % _CONTENTS).to_bytes(_BYTES, "big")
    names = "\x1e".join(sorted(column.name for column in study.columns)).encode()
    return int.from_bytes(
        hashlib.pbkdf2_hmac("sha256", names + said, b"samples of patients in parts", _STRETCHED),
        "big",
    )


def _cells(faults: Sequence[Fault]) -> int:
    """How much is wrong: cells, and each fault that is not about cells."""
    return sum(max(len(fault.rows), 1) for fault in faults)
