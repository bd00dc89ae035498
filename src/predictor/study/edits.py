"""Changes of a study file that leave every other sign of it as it is, comments included.

YAML says where each value of a file begins and ends; a change is spliced into the text there. What
comes out is read again and compared with what was meant, so a text in which that goes wrong (an
anchor, a layout nobody thought of) is never handed out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from predictor.errors import StudyError
from predictor.study.dialect import Loader, inline

Document = dict[str, Any]
"""A study file, or a part of it, as YAML has it."""


@dataclass(frozen=True)
class Edit:
    """One change of a study file.

    Attributes
    ----------
    keys
        Where: keys from the outside in, like ``columns``, ``age``, ``type``.
    value
        What shall stand there: plain texts, numbers, lists and mappings.
    renamed
        Or the name that shall stand in place of the last key.
    into
        Whether `value` is a mapping whose keys are put among those that are there.
    """

    keys: tuple[str, ...]
    value: Any = None
    renamed: str | None = None
    into: bool = False


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text of a study file with some changes.

    Raises
    ------
    StudyError
        If a change cannot be made without changing something else.
    """
    meant = _changed(text, edits)
    root = yaml.compose(text, Loader=Loader)
    splices = sorted(
        (
            splice
            for position, edit in enumerate(edits)
            for splice in _splices(text, root, edit, position)
        ),
        reverse=True,
    )
    for start, _, end, written in splices:
        text = text[:start] + written + text[end:]
    try:
        found = yaml.load(text, Loader=Loader)  # noqa: S506 - a SafeLoader underneath
    except yaml.YAMLError:
        found = None
    if found != meant:
        raise StudyError(
            "the lines cannot be written into the study file without changing something else in "
            "it; paste them by hand"
        )
    return text


def pasteable(text: str, edits: Sequence[Edit]) -> list[str]:
    """Lines of YAML that say the same, to be pasted: whole entries of columns, whole keys."""
    changed = _changed(text, edits)
    listed = _changed(text, ()).get("columns") is not None
    lines = {}
    for edit in edits:
        keys = edit.keys[:2] if edit.keys[0] == "columns" and listed else edit.keys[:1]
        if edit.renamed is not None:
            keys = (*edit.keys[:-1], edit.renamed)
        value = changed
        for key in keys:
            value = value[key]
        lines[keys] = f"{'  ' * (len(keys) - 1)}{inline({keys[-1]: value})[1:-1]}"
    return list(lines.values())


def names_of_columns(text: str) -> frozenset[str]:
    """Names under which the text of a study file itself declares columns."""
    columns = _changed(text, ()).get("columns")
    return frozenset(map(str, columns)) if isinstance(columns, dict) else frozenset()


def _changed(text: str, edits: Sequence[Edit]) -> Document:
    document: Document = _apart(yaml.load(text, Loader=Loader))  # noqa: S506 - a SafeLoader
    for edit in edits:
        _change(document, edit)
    return document


def _apart(value: Any) -> Any:
    """A copy in which no two places are one object, as those behind an anchor are."""
    if isinstance(value, dict):
        return {key: _apart(entry) for key, entry in value.items()}
    return [_apart(entry) for entry in value] if isinstance(value, list) else value


def _change(document: Document, edit: Edit) -> None:
    *outer, last = edit.keys
    for key in outer:
        if not isinstance(document.get(key), dict):
            document[key] = {}
        document = document[key]
    if edit.renamed is not None:
        renamed = {edit.renamed if key == last else key: document[key] for key in document}
        document.clear()
        document.update(renamed)
    elif edit.into and isinstance(document.get(last), dict):
        document[last] |= _apart(edit.value)
    else:
        document[last] = _apart(edit.value)


Splice = tuple[int, int, int, str]
"""Start, order among those of one start, end, and what stands there then."""


def _splices(text: str, node: Any, edit: Edit, position: int) -> Iterator[Splice]:
    root = node
    for depth, key in enumerate(edit.keys):
        entry = next((pair for pair in node.value if pair[0].value == key), None)
        if entry is None:
            value = edit.value
            for outer in reversed(edit.keys[depth + 1 :]):
                value = {outer: value}
            yield _added(text, node, {key: value}, position)
            return
        name, node = entry
        if depth == len(edit.keys) - 1 and edit.into and isinstance(node, yaml.MappingNode):
            for inner, value in edit.value.items():
                yield from _splices(text, root, Edit((*edit.keys, inner), value), position)
            return
        if depth == len(edit.keys) - 1:
            changed = name if edit.renamed is not None else node
            written = inline(edit.renamed if edit.renamed is not None else edit.value)
            yield changed.start_mark.index, position, _end(text, changed), written
            return
        if not isinstance(node, yaml.MappingNode):
            return


def _added(text: str, node: Any, entry: Document, position: int) -> Splice:
    """A new key of a mapping: behind its last one, in the manner of the mapping."""
    written = inline(dict(entry))[1:-1]
    if node.flow_style:
        if not node.value:
            return node.start_mark.index + 1, position, node.start_mark.index + 1, written
        end = _end(text, node.value[-1][1])
        return end, position, end, f", {written}"
    end = _line_end(text, _end(text, node))
    blanks = " " * node.value[0][0].start_mark.column
    return end, position, end, f"\n{blanks}{written}"


def _end(text: str, node: Any) -> int:
    """Where a value ends: the mark of a block lies behind the blanks and comments after it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(text, last[1] if isinstance(last, tuple) else last)


def _line_end(text: str, place: int) -> int:
    found = text.find("\n", place)
    return len(text) if found < 0 else found
