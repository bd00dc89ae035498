"""Files of SPSS and Stata to text cells, with their value labels and what they call missing."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from predictor.cohort import foreign_file
from predictor.cohort.cell import column_texts, composed, text, texts
from predictor.cohort.codebook import Entry, told_apart
from predictor.cohort.foreign_file import About, Answer, Asked
from predictor.cohort.header import check_names
from predictor.cohort.sizes import LARGEST_FILE, MOST_CELLS
from predictor.cohort.taken import Taken
from predictor.errors import DataError
from predictor.study import as_number

SUFFIXES = (".sav", ".zsav", ".por", ".dta")
"""Of the files that are read here."""

_CELLS = 2**21  # that are read at one time
_LONGEST_ABOUT = 2**26  # bytes of what a file says of its columns
_SPSS_BEGINS = datetime.datetime(1582, 10, 14)  # noqa: DTZ001  clocks on the wall
_STATA_BEGINS = datetime.datetime(1960, 1, 1)  # noqa: DTZ001
_DAYS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
_MOMENTS = ("DATETIME", "YMDHMS")
_CLOCKS = ("TIME", "DTIME", "MTIME")


class SpssStataBlocks:
    """A ``.sav``, ``.zsav``, ``.por`` or ``.dta`` file, read some rows at a time.

    What its user has declared to be missing is an empty cell. A labelled value is its code; its
    label is in the codebook.

    Parameters
    ----------
    path
        Of the file.
    encoding
        Of its texts, where the file does not say, or says it wrongly; None for what it says.

    Attributes
    ----------
    names
        Of its columns.
    codebook
        Their labels.
    missing
        How many cells were read so far, by column, that the file says are missing.

    Raises
    ------
    DataError
        If it is no such file, or damaged.
    """

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._path = path
        self._encoding = encoding
        if path.stat().st_size > LARGEST_FILE:
            raise self._too_large()
        with self._asked(None) as (about, sent):
            self._about = about
            small = 0 <= (about["number_rows"] or -1) * len(about["column_names"]) <= _CELLS
            self._held = list(sent) if small else None
        names = [name or "" for name in about["column_names"]]
        self.names = tuple(composed(name) for name in names)
        check_names(self.names, path)
        self._stored = dict(zip(self.names, names, strict=True))
        self._ends = {n: about["missing_ranges"].get(s, ()) for n, s in self._stored.items()}
        self.codebook = {name: self._entry(name) for name in self.names}
        self.missing = dict.fromkeys(self.names, 0)
        self._rows = about["number_rows"] or 0
        if self._rows * len(self.names) > MOST_CELLS:
            raise self._too_large()

    def read(self, columns: Sequence[str]) -> Iterator[tuple[pa.Table, float]]:
        """Cells of some columns as they stand, and the share of the file read by then."""
        self.missing = dict.fromkeys(self.names, 0)
        done = 0
        for batch in self._batches(columns):
            cells = [self._cells(*each) for each in zip(columns, batch, strict=True)]
            table = pa.table(cells, names=list(columns))
            done += table.num_rows
            if done * len(self.names) > MOST_CELLS:
                raise self._too_large()
            yield table, min(done / self._rows, 1.0) if self._rows > 0 else 0.0

    def taken(self) -> tuple[Taken, ...]:
        """What was read as an empty cell, as far as it was."""
        return tuple(
            Taken("declared to be missing in the file, and so it is", name, count)
            for name, count in self.missing.items()
            if count
        )

    def _batches(self, columns: Sequence[str]) -> Iterator[list[pa.Array]]:
        """Values of some columns, some rows at a time."""
        if self._held is not None:
            places = [self.names.index(name) for name in columns]
            yield from ([batch.column(place) for place in places] for batch in self._held)
            return
        with self._asked([self._stored[name] for name in columns]) as (_, sent):
            yield from (batch.columns for batch in sent)

    @contextlib.contextmanager
    def _asked(self, columns: list[str] | None) -> Iterator[tuple[About, Iterator[pa.RecordBatch]]]:
        """What the file says of its columns, and its rows, from a process that reads it."""
        import subprocess

        rows = max(_CELLS // max(len(columns or ()), 1), 1)
        asked: Asked = {
            "path": str(self._path), "encoding": self._encoding, "columns": columns,
            "rows": rows, "cells": _CELLS,
        }  # fmt: skip
        with subprocess.Popen(
            [sys.executable, "-P", str(foreign_file.__file__)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                with contextlib.suppress(BrokenPipeError), process.stdin as question:
                    question.write(json.dumps(asked).encode())
                yield self._line(process.stdout)["about"], self._sent(process.stdout)
            finally:
                process.kill()

    def _line(self, answer: IO[bytes]) -> Answer:
        """What the process says; a process that has crashed says nothing."""
        line = answer.readline(_LONGEST_ABOUT)
        try:
            said: Answer = json.loads(line)
        except ValueError:
            raise self._refused("damaged") from None
        if "fault" in said:
            raise self._refused(said["fault"])
        return said

    def _sent(self, answer: IO[bytes]) -> Iterator[pa.RecordBatch]:
        try:
            with pa.ipc.open_stream(answer) as stream:
                yield from stream
        except (pa.ArrowException, OSError):
            raise self._refused("damaged") from None
        self._line(answer)

    def _refused(self, fault: str) -> DataError:
        if fault == "encoding":
            return DataError(
                f"{self._path}: its texts are not in the encoding that it names; say the right one "
                f"in the study file, as in table: {{encoding: windows-1252}}"
            )
        program = "Stata" if self._of_stata else "SPSS"
        return DataError(
            f"{self._path}: not a file of {program}, damaged, or locked by a password; save it "
            f"anew there"
        )

    def _too_large(self) -> DataError:
        return DataError(
            f"{self._path}: larger than is read; keep the variables that the study needs, or save "
            f"it as CSV"
        )

    @property
    def _of_stata(self) -> bool:
        return self._path.suffix.lower() == ".dta"

    def _is_missing(self, name: str, value: object) -> bool:
        """Whether a value is one that the user of the file has declared to be missing."""
        if isinstance(value, str):
            return any(value == each["lo"] for each in self._ends[name])
        # what stands for one of Stata's extended missing values is no number
        return value != value or any(
            float(each["lo"]) <= float(value) <= float(each["hi"])  # type: ignore[arg-type]
            for each in self._ends[name]
        )

    def _cells(self, name: str, values: pa.Array) -> pa.Array:
        encoded = values.dictionary_encode()
        given = encoded.dictionary.to_pylist()
        missing = np.array([self._is_missing(name, value) for value in given], dtype=bool)
        kept = [None if gap else value for value, gap in zip(given, missing, strict=True)]
        self.missing[name] += int(missing[encoded.indices.drop_null().to_numpy()].sum())
        if pa.types.is_string(values.type):
            cells = pa.array(kept, pa.string())
        elif self._about["readstat_variable_types"][self._stored[name]] == "float":
            cells = column_texts(pa.array(kept, pa.float64()).cast(pa.float32()))
        else:
            cells = texts([value if value is None else self._shown(name, value) for value in kept])
        return cells.take(encoded.indices)

    def _shown(self, name: str, value: float) -> object:
        """A number as what its format shows: a day, a moment, a time of day, or itself."""
        written = str(self._about["original_variable_types"][self._stored[name]])
        kind = written.rstrip("0123456789.")
        try:
            if self._of_stata:
                if written.startswith(("%td", "%d")):
                    return _STATA_BEGINS + datetime.timedelta(days=value)
                if written.startswith(("%tc", "%tC")):
                    return _STATA_BEGINS + datetime.timedelta(milliseconds=value)
            elif kind in _DAYS or kind in _MOMENTS:
                return _SPSS_BEGINS + datetime.timedelta(seconds=value)
            elif kind in _CLOCKS:
                minutes, seconds = divmod(value, 60)
                return f"{minutes // 60:02.0f}:{minutes % 60:02.0f}:{text(seconds):0>2}"
        except (OverflowError, ValueError):
            return value  # no day of any calendar; whoever declares a date is told so
        return value

    def _entry(self, name: str) -> Entry:
        stored = self._stored[name]
        about = self._about
        is_text = about["readstat_variable_types"][stored] == "string"
        labels = {
            code: str(label)
            for value, label in self._about["labels"].get(stored, ())
            if isinstance(value, str) == is_text  # a letter is an extended missing value
            and not self._is_missing(name, value)
            and (code := text(float(value) if not is_text else value)) is not None
        }
        said = " ".join(composed(about["column_names_to_labels"].get(stored) or "").split())
        measure = about["variable_measure"].get(stored)
        return Entry(
            label=said or None,
            # other programs call every number a scale
            type="number" if measure == "scale" and _are_marks(labels) else None,
            labels=told_apart(labels),
            ordered=measure == "ordinal",
        )


def _are_marks(labels: Mapping[str, str]) -> bool:
    """Whether labels are of a few values along a scale, with more values between than labels."""
    numbers = [float(code) for code in labels if as_number(code) is not None]
    return bool(numbers) and max(numbers) - min(numbers) >= 2 * len(labels)
