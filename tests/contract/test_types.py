"""Where the code does not say what is in a dictionary, and why.

Results are no dictionaries: mypy refuses to subscript one, and so does Python.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import predictor
from predictor import results

SOURCE = Path(predictor.__file__).parent
UNTYPED = re.compile(r"\b(dict|Mapping)\[str, Any\]")
KINDS = [kind for name in results.__all__ if isinstance(kind := getattr(results, name), type)]


def untyped() -> dict[str, str]:
    """The lines where such a dictionary stands, each with the line below it."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        lines = [*path.read_text(encoding="utf-8").splitlines(), ""]
        for number, line in enumerate(lines):
            if UNTYPED.search(line):
                found[f"{path.relative_to(SOURCE)}:{number + 1}: {line.strip()}"] = lines[
                    number + 1
                ]
    return found


def test_few_dictionaries_are_of_anything_and_each_has_its_reason_below_it() -> None:
    """A name for what is foreign by nature, once in each room, with the reason as its docstring."""
    found = untyped()
    assert 0 < len(found) < 25, "\n".join(found)
    silent = [where for where, below in found.items() if not below.strip().startswith('"""')]
    assert not silent, "\n".join(silent)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_result_cannot_be_read_by_subscripts(kind) -> None:
    assert issubclass(kind, results.Result)
    assert not hasattr(kind, "__getitem__")
