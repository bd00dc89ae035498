"""Study files as mappings of YAML: each is read, and laid over the file it extends."""

from __future__ import annotations

import difflib
import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import yaml

from predictor.disk import read_plain
from predictor.errors import StudyError
from predictor.study import dialect

Raw = dict[str, Any]
"""A mapping of YAML, before anybody has looked at what is in it."""

_MOST_FILES = 20
_LARGEST = 2**21  # bytes of a study file or a pipeline


# a value that goes on behind its closing quote
_BEGINS_QUOTED = re.compile(r""":\s+(?:"[^"]*"|'[^']*')\s*[^\s#,}\]"']""")
_QUOTES = (
    "; YAML takes the quotes with which a text begins for its own: write a rule that begins with "
    "one in the other quotes, like '\"pain at rest\" > 2'"
)


def parse_yaml(text: str, file: str, *, dumped: bool = False) -> Raw:
    """The mapping that a text is; `file` is what messages call it, StudyError if it is none.

    `dumped` is that of `predictor.study.dialect.read`.
    """
    try:
        raw = dialect.read(text, dumped=dumped)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        begun = mark and _BEGINS_QUOTED.search(_line(text, mark.line))
        advice = _QUOTES if begun else ""
        raise StudyError(f"{file}{where}: not valid YAML: {error.problem}{advice}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise StudyError(f"{file}, line {line}: not valid YAML: {error.reason}") from None
    except (ValueError, OverflowError) as error:  # a character that does not exist
        raise StudyError(f"{file}: not valid YAML: {error}") from None
    if not isinstance(raw, dict):
        raise StudyError(f"{file}: expected a mapping of keys (study, timepoints, columns, ...)")
    return raw


def _line(text: str, number: int) -> str:
    lines = text.splitlines()
    return lines[number] if number < len(lines) else ""


def read_text(path: Path, wanted_by: str) -> str:
    """The text of a file; messages begin with who asked for it."""
    try:
        content = read_plain(path, limit=_LARGEST).decode("utf-8-sig")
    except FileNotFoundError:
        raise StudyError(f"{wanted_by}{path}: there is no such file") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StudyError(f"{wanted_by}{path}: cannot be read ({reason})") from None
    except UnicodeDecodeError:
        raise StudyError(f"{wanted_by}{path}: is not UTF-8 text; save it as UTF-8") from None
    except ValueError:  # a path with a zero byte
        raise StudyError(f"{wanted_by}{str(path)!r}: is no name of a file") from None
    # names and levels of a table are compared in the same form
    return unicodedata.normalize("NFC", content.replace("\r\n", "\n").replace("\r", "\n"))


def read_with_base(
    path: Path, seen: tuple[Path, ...], wanted_by: str = ""
) -> tuple[Raw, dict[str, Path]]:
    """The mapping of a file over the file it extends, and which file each key came from.

    A key replaces that of the file below, but ``columns``, where a column replaces or follows those
    below, its keys theirs, and null takes away.
    """
    text = read_text(path, wanted_by)
    place = Path(os.path.realpath(path))
    if place in seen:
        raise StudyError(f"{wanted_by}{path}: the files extend each other in a ring")
    if len(seen) == _MOST_FILES:
        raise StudyError(f"{wanted_by}{path}: more than {_MOST_FILES} files extend each other")
    raw = parse_yaml(text, str(path))
    if "extends" not in raw:
        return raw, dict.fromkeys(raw, path)
    base = raw.pop("extends")
    origin = dict.fromkeys(raw, path)
    if not isinstance(base, str):
        raise StudyError(f"{path}: extends: expected the name of a study file")
    inherited, inherited_origin = read_with_base(
        path.parent / base, (*seen, place), f"{path}: extends: "
    )
    merged, origins = {**inherited, **raw}, {**inherited_origin, **origin}
    below, own = inherited.get("columns"), raw.get("columns")
    if isinstance(below, dict) and isinstance(own, dict):
        merged["columns"] = _columns_over(own, below, path)
        place = inherited_origin["columns"]
        origins |= {
            f"columns.{name}": inherited_origin.get(f"columns.{name}", place)
            for name in below
            if name not in own
        }
        for name in own:
            origins.pop(f"columns.{name}", None)
    return merged, origins


def _columns_over(own: Raw, below: Raw, path: Path) -> Raw:
    """The columns of a file over those of the file it extends."""
    merged = dict(below)
    for name, entry in own.items():
        if entry is None:
            if name not in below:
                near = suggest(str(name), [str(each) for each in below])
                raise StudyError(
                    f"{path}: columns.{name}: nothing to take away, the file below has no such "
                    f"column{near}"
                )
            del merged[name]
        elif isinstance(entry, dict) and isinstance(below.get(name), dict):
            changed = {**below[name], **entry}
            merged[name] = {
                key: value
                for key, value in changed.items()
                if value is not None or key not in below[name]
            }
        else:
            merged[name] = entry
    return merged


def suggest(key: str, allowed: tuple[str, ...] | list[str]) -> str:
    """What may have been meant by an unknown key: the rest of a message, empty if nobody knows."""
    close = difflib.get_close_matches(key, allowed, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; allowed are {', '.join(allowed)}" if allowed else ""
