"""Mutated tables through ``predictor check``: each is read, or refused in words.

    python benchmarks/fuzz_tables.py --tables 2000 --seed 1

Prints how many were read, refused, hung or crashed, and every crash with the seed of its table.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import csv
import datetime
import decimal
import io
import resource
import signal
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
from openpyxl.utils.exceptions import IllegalCharacterError

from predictor.errors import DataError, StudyError
from predictor.workflows import check

STUDY = """\
study: fuzz
timepoints: {T0: before, T2: after}
predict_at: T0
missing: [NA, -999]
columns:
  pid: {role: id}
  age: {known_at: T0, type: integer, range: [18, 100]}
  sex: {known_at: T0, type: category, levels: [female, male]}
  smoker: {known_at: T0, type: flag}
  onset: {known_at: T0, type: date}
  months: {known_at: T0, type: number}
  pain_t0: {known_at: T0, type: number, range: [0, 10]}
  pain_t2: {known_at: T2, type: number, range: [0, 10]}
  note: {known_at: T0, type: text}
outcome: {name: responder, known_at: T2, rule: pain_t0 - pain_t2 >= 2}
learners: {prevalence: {}}
"""
MARK = "QZID"  # of identifiers and notes, which no message may show
SECONDS = 60
NASTY: list[Any] = [
    "", " ", ".", "-", "NA", "nan", "inf", "-inf", "1e999", "1e-999", "9" * 400, "1,5", "1.200",
    "1 200", "<0.5", "12%", "#N/A", "#DIV/0!", "#REF!", "=1+1", "=cmd|x", "true", "2021-02-30",
    "31.12.2020", "2021-07-31 00:00:00", "9999-99-99", "0000-00-00", "44408", "Mean", "Total",
    "\u200b", "\ufeff", "e\u0301", "\u00a0", "\u22125", "\x00", "\x1f", "\U0001f600", '"', '""',
    "'", ",", ";", "\n", "\r", "a\nb", "x" * 40_000, "[/]", "{0}", "%s", "\\", "'); --", 0, -1, 1,
    2.5, 1e308, -0.0, 2**63, 10**30, True, False, None, float("nan"), float("inf"),
    datetime.datetime(2021, 7, 31, 8, 30),  # noqa: DTZ001 - as spreadsheets have them
    datetime.date(1900, 1, 1), datetime.time(8, 30), datetime.timedelta(days=3),
    decimal.Decimal("1.10"), decimal.Decimal("NaN"),
]  # fmt: skip
Rows = list[list[Any]]


def table(rng: np.random.Generator) -> Rows:
    """Forty patients without a fault."""
    rows: Rows = [["pid", "age", "sex", "smoker", "onset", "months", "pain_t0", "pain_t2", "note"]]
    for number in range(40):
        before = int(rng.integers(4, 11))
        rows.append(
            [
                f"{MARK}{number:03}",
                int(rng.integers(18, 90)),
                str(rng.choice(["female", "male"])),
                str(rng.choice(["yes", "no"])),
                str(np.datetime64("2019-01-01") + int(rng.integers(0, 600))),
                round(float(rng.lognormal(3, 1)), 1),
                before,
                max(0, before - int(rng.integers(0, 6))),
                f"{MARK} note {number}",
            ]
        )
    return rows


def mutate(rows: Rows, rng: np.random.Generator) -> bool:
    """Change the cells of a table; whether its first row is still the header."""
    row, other = (int(n) for n in rng.integers(1, len(rows), 2))
    column, second = (int(n) for n in rng.integers(0, len(rows[0]), 2))
    nasty = NASTY[int(rng.integers(len(NASTY)))]
    match int(rng.integers(14)):
        case 0:
            rows[row][column] = nasty
        case 1:
            for one in rows[1:]:
                one[column] = nasty
        case 2:
            rows[row][column], rows[other][second] = rows[other][second], rows[row][column]
        case 3:
            rows[0][column] = nasty
        case 4:
            rows[row] = list(rows[other])
        case 5:
            rows.insert(row, [None] * len(rows[0]))
        case 6:
            rows.append(["Mean", *[2.5] * (len(rows[0]) - 1)])
        case 7:
            rows[row] = rows[row][:column]
        case 8:
            rows[row] = [*rows[row], nasty]
        case 9:
            rows.insert(0, ["Export", *[None] * (len(rows[0]) - 1)])
        case 10:
            del rows[0]
            return False
        case 11:
            order = rng.permutation(len(rows[0]))
            rows[:] = [[one[place] for place in order if place < len(one)] for one in rows]
        case 12:
            width = min(map(len, rows))
            rows[:] = [list(one) for one in zip(*(one[:width] for one in rows), strict=True)]
            return False
        case 13:
            for one in rows:
                del one[column : column + 1]
    return True


def as_csv(rows: Rows, path: Path, rng: np.random.Generator) -> None:
    text = io.StringIO(newline="")
    delimiter = str(rng.choice([",", ",", ",", ";", "\t", "|"]))
    quoting = int(rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = str(rng.choice(["\n", "\r\n", "\r"]))
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    encoding = str(
        rng.choice(["utf-8"] * 5 + ["utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-7"])
    )
    path.write_bytes(text.getvalue().encode(encoding, "replace"))


def as_xlsx(rows: Rows, path: Path, rng: np.random.Generator) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            with contextlib.suppress(ValueError, TypeError, IllegalCharacterError):
                sheet.cell(number, place).value = value
    cell = sheet.cell(int(rng.integers(1, 42)), int(rng.integers(1, 10)))
    match int(rng.integers(9)):
        case 0:
            sheet.merge_cells(
                start_row=cell.row, end_row=cell.row + 1, start_column=1, end_column=3
            )
        case 1:
            cell.value = "=SUM(A1:A3)"
        case 2:
            sheet.row_dimensions[cell.row].hidden = True
        case 3:
            shapes = [
                "0%",
                ";;;",
                "0,",
                "yyyy-mm-dd",
                "[h]:mm",
                "General;General",
                '"x"',
                "]]",
                "[",
                ";",
            ]
            cell.number_format = str(rng.choice(shapes))
        case 4:
            book.create_sheet("more").sheet_state = "hidden"
        case 5:
            sheet["XFD1048576"] = 1
        case 6:
            sheet.insert_rows(1, 2)
    book.save(path)
    if rng.random() < 0.3:
        parts(path, rng)


def parts(path: Path, rng: np.random.Generator) -> None:
    """Damage the XML of one part of a workbook, in a sound archive."""
    with zipfile.ZipFile(path) as source:
        files = {name: source.read(name) for name in source.namelist()}
    victim = list(files)[int(rng.integers(len(files)))]
    if rng.random() < 0.2:
        del files[victim]
    else:
        files[victim] = flipped(files[victim], rng)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)


def as_parquet(rows: Rows, path: Path, rng: np.random.Generator) -> None:
    width = max(map(len, rows))
    filled = [[*row, *[None] * (width - len(row))] for row in rows]
    columns = [list(column) for column in zip(*filled[1:], strict=True)]
    arrays = [pa.array([None if cell is None else str(cell) for cell in c]) for c in columns]
    kinds: list[Callable[[int], pa.Array]] = [
        lambda n: pa.array([[1, 2]] * n),
        lambda n: pa.array([{"a": 1}] * n),
        lambda n: pa.array([b"\xff\x00"] * n),
        lambda n: pa.array([decimal.Decimal("1.5")] * n),
        lambda n: pa.array([datetime.datetime(2021, 1, 1, 5, tzinfo=datetime.UTC)] * n),
        lambda n: pa.array(["female"] * n).dictionary_encode(),
        lambda n: pa.array([datetime.timedelta(1)] * n),
        lambda n: pa.array([2**64 - 1] * n, pa.uint64()),
        lambda n: pa.array(np.full(n, 1.5, np.float16)),
        lambda n: pa.nulls(n),
        lambda n: pa.array([[("k", 1)]] * n, pa.map_(pa.string(), pa.int64())),
        lambda n: pa.array([datetime.time(1, 2)] * n),
        lambda n: pa.array([True] * n),
    ]
    if arrays and rng.random() < 0.6:
        place = int(rng.integers(len(arrays)))
        arrays[place] = kinds[int(rng.integers(len(kinds)))](len(columns[place]))
    names = [str(name) for name in filled[0]]
    pa.parquet.write_table(pa.Table.from_arrays(arrays, names=names), path)


def flipped(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes changed, cut out, doubled, or the end lost."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 8))):
        at = int(rng.integers(len(changed) + 1))
        match int(rng.integers(5)):
            case 0 if at < len(changed):
                changed[at] = int(rng.integers(256))
            case 1:
                del changed[at : at + int(rng.integers(1, 50))]
            case 2:
                changed[at:at] = changed[at : at + int(rng.integers(1, 50))]
            case 3:
                changed[at:at] = rng.bytes(int(rng.integers(1, 20)))
            case 4 if rng.random() < 0.2:
                del changed[at:]
    return bytes(changed)


def write(folder: Path, seed: int) -> tuple[Path, bool]:
    """One mutated table; whether its first row is still a header."""
    rng = np.random.default_rng(seed)
    suffix, writer = [(".csv", as_csv), (".xlsx", as_xlsx), (".parquet", as_parquet)][seed % 3]
    rows, header = table(rng), True
    for _ in range(int(rng.integers(0, 4))):
        if len(rows) > 2 and len(rows[0]) > 1:
            with contextlib.suppress(IndexError):  # in a row that an earlier mutation cut short
                header = mutate(rows, rng) and header
    path = folder / f"t{suffix}"
    writer(rows, path, rng)
    if rng.random() < 0.25:
        path.write_bytes(flipped(path.read_bytes(), rng))
        header = False
    return path, header


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError after so many seconds."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def fuzz(tables: int, seed: int, folder: Path) -> tuple[collections.Counter[str], list[str]]:
    """Counts of what became of the tables, and what went wrong."""
    study = folder / "study.yaml"
    study.write_text(STUDY, encoding="utf-8")
    counts: collections.Counter[str] = collections.Counter()
    wrong = []
    for number in range(seed, seed + tables):
        with warnings.catch_warnings():
            # of the writers, about the mutations
            warnings.simplefilter("ignore")
            try:
                path, header = write(folder, number)
            except (pa.ArrowException, UnicodeError, ValueError, TypeError, KeyError):
                counts["cannot be written"] += 1
                continue
        try:
            with limited(SECONDS):
                check(study, path)
            counts[f"{path.suffix} read"] += 1
        except (DataError, StudyError) as error:
            counts[f"{path.suffix} refused"] += 1
            if not str(error).strip():
                wrong.append(f"{number}: refused without a word")
            if header and MARK in str(error):
                wrong.append(f"{number}: shows a patient")
        except Exception:  # noqa: BLE001 - what is looked for
            counts[f"{path.suffix} crashed"] += 1
            wrong.append(f"{number}: {traceback.format_exc(limit=-3)}")
    return counts, wrong


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        counts, wrong = fuzz(asked.tables, asked.seed, Path(folder))
    for what, times in sorted(counts.items()):
        print(f"{what:24} {times:6}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - start:.0f} s, at most {peak:.0f} MB, {len(wrong)} wrong")
    print("\n".join(wrong))


if __name__ == "__main__":
    main()
