"""Reads a file of SPSS or Stata in a process of its own: run as a script, it imports little.

The library that takes such files apart is written in C, and a damaged or hostile file can make it
crash, or take all memory; then this process ends, and nothing else.

Asked by one JSON document on standard input: `path`, `encoding` (or null), `columns` (or null, for
all if they have at most `cells`, and else for none) and `rows` (that are handed on together). It
answers on standard output: a line of JSON, ``{"about": ...}`` or ``{"fault": ...}``, and the rows
as a stream of Arrow: text, or numbers in which NaN stands for an extended missing value of Stata.
Behind them is ``{"done": true}``, or the fault again.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict, cast

_MEMORY = 4 * 2**30  # bytes
_SECONDS = 600  # of a processor
_ABOUT = (
    "column_names", "column_names_to_labels", "missing_ranges", "number_rows",
    "original_variable_types", "readstat_variable_types", "variable_measure",
)  # fmt: skip


def _limit() -> None:
    """Take no more than is needed for any file that is a table of patients."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        for limit, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, _SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            hard = resource.getrlimit(limit)[1]
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(limit, (least, hard))


class Range(TypedDict):
    """Values that mean "no value", both ends included; of text there is one."""

    lo: float | str
    hi: float | str


class About(TypedDict):
    """What a file says of its columns, by their stored names."""

    column_names: list[str | None]
    column_names_to_labels: dict[str, str | None]
    missing_ranges: dict[str, list[Range]]
    number_rows: int | None
    original_variable_types: dict[str, str]
    readstat_variable_types: dict[str, str]
    variable_measure: dict[str, str]
    labels: dict[str, list[tuple[float | str, str]]]


class Asked(TypedDict):
    """What is asked."""

    path: str
    encoding: str | None
    columns: list[str] | None
    rows: int
    cells: int


class Answer(TypedDict, total=False):
    """A line of what is answered."""

    about: About
    fault: str
    done: bool


def _content(asked: Asked, **further: Any) -> tuple[Mapping[str, list[Any]], Any]:
    import pyreadstat

    readers = {".por": pyreadstat.read_por, ".dta": pyreadstat.read_dta}
    suffix = Path(asked["path"]).suffix.lower()
    reader: Any = readers.get(suffix, pyreadstat.read_sav)
    if suffix != ".por":  # whose texts have an encoding of their own
        further |= {"user_missing": True, "encoding": asked["encoding"]}
    found: tuple[Mapping[str, list[Any]], Any] = reader(
        asked["path"], output_format="dict", disable_datetime_conversion=True, **further
    )
    return found


def _about(found: Any) -> About:
    labels = {name: list(each.items()) for name, each in found.variable_value_labels.items()}
    return cast("About", {name: getattr(found, name) for name in _ABOUT} | {"labels": labels})


def _answer(document: Answer) -> None:
    sys.stdout.buffer.write(json.dumps(document).encode() + b"\n")
    sys.stdout.buffer.flush()


def _send_rows(asked: Asked, columns: list[str], about: Any) -> None:
    import pyarrow as pa

    kinds = [
        pa.string() if about.readstat_variable_types[name] == "string" else pa.float64()
        for name in columns
    ]
    schema = pa.schema([(str(place), kind) for place, kind in enumerate(kinds)])
    done, full = 0, True
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as sink:
        while full:
            found, _ = _content(asked, usecols=columns, row_offset=done, row_limit=asked["rows"])
            cells = [
                pa.array(found[name], kind)
                if kind == pa.string()
                else pa.array(
                    [float("nan") if isinstance(v, str) else v for v in found[name]], kind
                )
                for name, kind in zip(columns, kinds, strict=True)
            ]
            batch = pa.record_batch(cells, schema=schema)
            sink.write_batch(batch)
            done += batch.num_rows
            full = batch.num_rows == asked["rows"]


def main() -> None:
    """Answer what is asked on standard input."""
    asked = json.load(sys.stdin)
    _limit()
    try:
        _, about = _content(asked, metadataonly=True)
        _answer({"about": _about(about)})
        columns = asked["columns"]
        cells = (about.number_rows or -1) * len(about.column_names)
        if columns is None and 0 <= cells <= asked["cells"]:
            columns = about.column_names
        if columns is not None:
            _send_rows(asked, columns, about)
            _answer({"done": True})
    except Exception as error:  # noqa: BLE001  whatever it is, the file is the cause; no cell is told
        said = str(error)
        encoding = isinstance(error, UnicodeError) or "encoding" in said or "invalid byte" in said
        _answer({"fault": "encoding" if encoding else "damaged"})
        sys.exit(1)


if __name__ == "__main__":
    main()
