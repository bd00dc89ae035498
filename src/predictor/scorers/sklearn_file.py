"""A fitted scikit-learn classifier as bytes: a skops file, read without pickle."""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from predictor.errors import ModelError

_SCHEMA = "schema.json"
_LARGEST = 2**29  # bytes, unpacked
_DAMAGED = "train the model again or restore it from a copy."


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
    import skops.io
    from sklearn.base import ClassifierMixin
    from sklearn.exceptions import InconsistentVersionWarning

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST:
                raise ValueError("too large when it is unpacked")
        types = skops.io.get_untrusted_types(data=content)
        refused = sorted(name for name in types if not _is_class_of_sklearn(name))
        if refused:
            raise ModelError(
                f"The saved model holds the type {', '.join(refused)}, which is not one of "
                "scikit-learn's and is not trusted; nothing was loaded."
            )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            classifier = skops.io.loads(content, trusted=types)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        ImportError,
        zipfile.BadZipFile,
    ) as error:
        raise ModelError(
            "The saved model holds a scikit-learn classifier that cannot be read "
            f"({type(error).__name__}; {_versions(content)}); {_DAMAGED}"
        ) from None
    for warning in caught:
        if not issubclass(warning.category, InconsistentVersionWarning):
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    if any(issubclass(warning.category, InconsistentVersionWarning) for warning in caught):
        warnings.warn(
            f"a saved classifier of scikit-learn may score differently: {_versions(content)}",
            stacklevel=2,
        )
    if not isinstance(classifier, ClassifierMixin) or not hasattr(classifier, "predict_proba"):
        raise ModelError(f"The saved model holds something that is no classifier; {_DAMAGED}")
    if len(getattr(classifier, "classes_", ())) != 2:
        raise ModelError(f"The saved model's classifier is not one of two outcomes; {_DAMAGED}")
    if not _has_whole_trees(classifier):
        raise ModelError(f"The saved model holds trees of scikit-learn that are none; {_DAMAGED}")
    return classifier


def _has_whole_trees(classifier: Any) -> bool:
    """Whether every tree points at nodes below and at columns there are: its code does not look."""
    from sklearn.tree._tree import Tree

    columns, seen, todo = getattr(classifier, "n_features_in_", 0), set(), [classifier]
    while todo:
        value = todo.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, Tree):
            split = value.children_left != -1
            own = np.flatnonzero(split)
            feature = value.feature[split]
            sides = (value.children_left[split], value.children_right[split])
            if not all(np.all((side > own) & (side < value.node_count)) for side in sides):
                return False
            if not np.all((feature >= 0) & (feature < columns)):
                return False
        elif isinstance(value, dict):
            todo += value.values()
        elif isinstance(value, list | tuple):
            todo += value
        elif isinstance(value, np.ndarray) and value.dtype == object:
            todo += value.ravel().tolist()
        elif type(value).__module__.startswith("sklearn.") and hasattr(value, "__dict__"):
            todo += vars(value).values()
    return True


def _versions(content: bytes) -> str:
    """With which versions a file says it was written, and which are here."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(_SCHEMA).file_size > _LARGEST:
                return "the file is too large"
            schema = archive.read(_SCHEMA).decode()
    except (KeyError, ValueError, zipfile.BadZipFile):
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
