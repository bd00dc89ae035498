"""A fitted scikit-learn classifier as bytes: a skops file, read without pickle."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from predictor.errors import ModelError
from predictor.scorers.arrays import LARGEST, WAY_OUT

_SCHEMA = "schema.json"
_LARGEST = 2**29  # bytes, unpacked


def to_bytes(classifier: Any) -> bytes:
    """Return the file of a fitted classifier; equal classifiers give equal bytes."""
    import skops.io

    return _steady(skops.io.dumps(classifier))


def from_bytes(content: bytes) -> Any:
    """Return the classifier in a file.

    Besides what skops trusts by itself (numbers, arrays, public estimators), only classes of
    scikit-learn are made; functions and classes from elsewhere are refused before anything is.

    One of another version of scikit-learn is read with a warning that names both versions.

    Raises
    ------
    ModelError
        When it is not a whole file of a classifier, or holds a type that is not trusted; it says
        with which versions the file was written, and which are here.
    """
    try:
        classifier, caught = _loaded(content)
        _check(classifier)
    except ModelError:
        raise
    except Exception as error:  # noqa: BLE001 - skops trusts what it reads, and may meet anything
        raise ModelError(
            "The saved model holds a scikit-learn classifier that cannot be read "
            f"({type(error).__name__}; {_versions(content)}); {WAY_OUT}"
        ) from None
    _warn(caught, content)
    return classifier


def _loaded(content: bytes) -> tuple[Any, list[warnings.WarningMessage]]:
    """The object in a file, and what was warned of."""
    import skops.io

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > _LARGEST:
            raise ValueError("too large when it is unpacked")
    types = skops.io.get_untrusted_types(data=content)
    refused = sorted(name for name in types if not _is_class_of_sklearn(name))
    if refused:
        raise ModelError(
            f"The saved model holds the type {', '.join(refused)}, which is not one of "
            f"scikit-learn's and is not trusted; nothing was loaded; {WAY_OUT}"
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return skops.io.loads(content, trusted=types), caught


def _warn(caught: list[warnings.WarningMessage], content: bytes) -> None:
    from sklearn.exceptions import InconsistentVersionWarning

    for warning in caught:
        if not issubclass(warning.category, InconsistentVersionWarning):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    if any(issubclass(warning.category, InconsistentVersionWarning) for warning in caught):
        warnings.warn(
            f"a saved classifier of scikit-learn may score differently: {_versions(content)}",
            stacklevel=3,
        )


def _check(classifier: Any) -> None:
    """Refuse what is no classifier of two outcomes, trees that are none, and numbers beyond 3e38.

    The code of scikit-learn does not look. Infinite numbers are let through: some classifiers have
    them where no number is.
    """
    from sklearn.base import ClassifierMixin
    from sklearn.tree._tree import Tree

    if not isinstance(classifier, ClassifierMixin) or not hasattr(classifier, "predict_proba"):
        raise _held("something that is no classifier")
    if len(getattr(classifier, "classes_", ())) != 2:
        raise _held("a classifier that is not one of two outcomes")
    columns = getattr(classifier, "n_features_in_", 0)
    for part in _parts(classifier):
        if isinstance(part, Tree) and not _is_whole(part, columns):
            raise _held("trees of scikit-learn that are none")
        if _is_beyond(part.value if isinstance(part, Tree) else part):
            raise _held(f"a classifier with a number beyond {LARGEST:g}")


def _held(what: str) -> ModelError:
    return ModelError(f"The saved model holds {what}; it is damaged or was edited: {WAY_OUT}")


def _is_whole(tree: Any, columns: int) -> bool:
    """Whether a tree points at nodes below and at columns there are."""
    split = tree.children_left != -1
    own = np.flatnonzero(split)
    feature = tree.feature[split]
    sides = (tree.children_left[split], tree.children_right[split])
    whole = all(np.all((side > own) & (side < tree.node_count)) for side in sides)
    return whole and bool(np.all((feature >= 0) & (feature < columns)))


def _is_beyond(part: Any) -> bool:
    if not isinstance(part, np.ndarray) or part.dtype.kind != "f":
        return False
    return bool(np.any(np.isfinite(part) & (np.abs(part) > LARGEST)))


def _parts(classifier: Any) -> Iterator[Any]:
    """Everything that is in a fitted object, and it itself."""
    seen, todo = set(), [classifier]
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        yield value
        if isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list | tuple):
            todo += value
        elif isinstance(value, np.ndarray) and value.dtype == object:
            todo += value.ravel().tolist()
        elif type(value).__module__.startswith("sklearn.") and hasattr(value, "__dict__"):
            todo += vars(value).values()


def _versions(content: bytes) -> str:
    """With which versions a file says it was written, and which are here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(_SCHEMA).file_size > _LARGEST:
                return "the file is too large"
            schema = archive.read(_SCHEMA).decode()
    except Exception:  # noqa: BLE001 - all that a damaged archive may raise
        return "the file is damaged"
    # as skops writes the state of an estimator: "_sklearn_version": {..., "content": "\"1.9.1\""
    patterns = {
        "scikit-learn": r'"_sklearn_version":\s*{[^{}]*"content":\s*"\\"([\w.+]{1,30})\\""',
        "skops": r'"_skops_version":\s*"([\w.+]{1,30})"',
    }
    found = {name: re.search(pattern, schema) for name, pattern in patterns.items()}
    written = " and ".join(f"{name} {match[1]}" for name, match in found.items() if match)
    here = " and ".join(f"{name} {version(name)}" for name in patterns)
    return f"written with {written or 'unknown versions'}, here are {here}"


def _is_class_of_sklearn(name: str) -> bool:
    module, _, last = name.rpartition(".")
    if not module.startswith("sklearn."):
        return False
    return isinstance(getattr(import_module(module), last, None), type)


def _steady(content: bytes) -> bytes:
    """Compress a skops file, and take the places in memory and the time of day out of it.

    skops names objects by their place in memory: here they are numbered as they come.
    """
    numbers: dict[object, int] = {}
    names: dict[str, str] = {}

    def renamed(node: Any) -> Any:
        if isinstance(node, list):
            return [renamed(part) for part in node]
        if not isinstance(node, dict):
            return node
        new = {key: renamed(part) for key, part in node.items()}
        if "__id__" in node:
            new["__id__"] = numbers.setdefault(node["__id__"], len(numbers))
        if "__loader__" in node and isinstance(node.get("file"), str):
            suffix = node["file"].rpartition(".")[2]
            new["file"] = names.setdefault(node["file"], f"{len(names)}.{suffix}")
        return new

    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        schema = json.dumps(renamed(json.loads(old.read(_SCHEMA))), separators=(",", ":"))
        for member in old.namelist():
            if member == _SCHEMA:
                continue
            new.writestr(_entry(names[member]), old.read(member))
        new.writestr(_entry(_SCHEMA), schema)
    return stream.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
