"""LightGBM's C interface, as much of it as `predictor.learners.lightgbm` needs.

A step of boosting takes a tenth of a millisecond where there are a hundred patients. LightGBM's
Python package checks and copies about as long around each step, and holds Python's lock meanwhile,
for which the other threads wait. The same calls without that give the same models, bit for bit.

References
----------
https://lightgbm.readthedocs.io/en/stable/C-API.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]
Parameters = Mapping[str, float | str]

_DOUBLE, _SINGLE_FIELD, _DOUBLE_FIELD, _ROWS_FIRST, _TRAINING = 1, 0, 1, 1, 0
_RAW_SCORE, _ALL_TREES = 1, -1
_TEXT = 2**18  # bytes for the text of a model; larger ones are asked for twice

_POINTER, _INT, _INT32, _INT64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int32, ctypes.c_int64
_TEXT_IN = ctypes.c_char_p
# types of the arguments; each function returns whether it failed
_FUNCTIONS = {
    "DatasetCreateFromMat": (
        _POINTER, _INT, _INT32, _INT32, _INT, _TEXT_IN, _POINTER, _POINTER,
    ),
    "DatasetGetSubset": (_POINTER, _POINTER, _INT32, _TEXT_IN, _POINTER),
    "DatasetSerializeReferenceToBinary": (_POINTER, _POINTER, _POINTER),
    "DatasetCreateFromSerializedReference": (
        _POINTER, _INT32, _INT64, _INT32, _TEXT_IN, _POINTER,
    ),
    "DatasetPushRows": (_POINTER, _POINTER, _INT, _INT32, _INT32, _INT32),
    "ByteBufferGetAt": (_POINTER, _INT32, _POINTER),
    "ByteBufferFree": (_POINTER,),
    "DatasetSetField": (_POINTER, _TEXT_IN, _POINTER, _INT, _INT),
    "DatasetFree": (_POINTER,),
    "BoosterCreate": (_POINTER, _TEXT_IN, _POINTER),
    "BoosterUpdateOneIter": (_POINTER, _POINTER),
    "BoosterUpdateOneIterCustom": (_POINTER, _POINTER, _POINTER, _POINTER),
    "BoosterGetPredict": (_POINTER, _INT, _POINTER, _POINTER),
    "BoosterPredictForMat": (
        _POINTER, _POINTER, _INT, _INT32, _INT32, _INT, _INT, _INT, _INT, _TEXT_IN, _POINTER,
        _POINTER,
    ),
    "BoosterSaveModelToString": (_POINTER, _INT, _INT, _INT, _INT64, _POINTER, _POINTER),
    "BoosterFree": (_POINTER,),
    "NetworkInit": (_TEXT_IN, _INT, _INT, _INT),
    "NetworkFree": (),
}  # fmt: skip


class LightGBMError(Exception):
    """LightGBM refused what it was asked to do."""


@cache
def _library() -> ctypes.CDLL:
    """Python's lock is let go of while a function of it runs."""
    from lightgbm.libpath import _find_lib_path

    library = ctypes.CDLL(_find_lib_path()[0])
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    for name, arguments in _FUNCTIONS.items():
        getattr(library, f"LGBM_{name}").argtypes = arguments
    return library


def _done(failed: int) -> None:
    if failed:
        raise LightGBMError(_library().LGBM_GetLastError().decode())


def _said(parameters: Parameters) -> bytes:
    return " ".join(f"{name}={value}" for name, value in parameters.items()).encode()


class Dataset:
    """Patients, sorted into bins.

    Parameters
    ----------
    X
        (n, p), NaN where missing.
    outcome
        (n,) 0 or 1.
    parameters
        Of LightGBM.

    Raises
    ------
    LightGBMError
        If LightGBM cannot make it.
    """

    def __init__(self, X: Floats, outcome: Floats, parameters: Parameters) -> None:
        self._parameters = _said(parameters)
        self.handle = ctypes.c_void_p()
        self.patients = self._added = len(outcome)
        X = np.ascontiguousarray(X, dtype=np.float64)
        _done(
            _library().LGBM_DatasetCreateFromMat(
                X.ctypes.data, _DOUBLE, *X.shape, _ROWS_FIRST, self._parameters, None,
                ctypes.byref(self.handle),
            )
        )  # fmt: skip
        self.label(outcome)

    @classmethod
    def like(cls, bins: bytes, patients: int, parameters: Parameters) -> Dataset:
        """One of so many patients, to be sorted into bins that are given.

        Parameters
        ----------
        bins
            Those of another dataset (`in_bytes`).
        patients
            Who are then to be added, all of them, and labelled.
        parameters
            Those of the other dataset.
        """
        dataset = cls.__new__(cls)
        dataset._parameters = _said(parameters)
        dataset.handle, dataset.patients, dataset._added = ctypes.c_void_p(), patients, 0
        _done(
            _library().LGBM_DatasetCreateFromSerializedReference(
                bins, len(bins), patients, 1, dataset._parameters, ctypes.byref(dataset.handle)
            )
        )
        return dataset

    def add(self, X: Floats) -> None:
        """Sort the next patients (rows, p) into the bins; nothing else of them is kept."""
        X = np.ascontiguousarray(X, dtype=np.float64)
        _done(
            _library().LGBM_DatasetPushRows(
                self.handle, X.ctypes.data, _DOUBLE, *X.shape, self._added
            )
        )
        self._added += len(X)

    @property
    def in_bytes(self) -> bytes:
        """Its bins, without the patients."""
        buffer, length, one = ctypes.c_void_p(), ctypes.c_int32(), ctypes.c_uint8()
        _done(
            _library().LGBM_DatasetSerializeReferenceToBinary(
                self.handle, ctypes.byref(buffer), ctypes.byref(length)
            )
        )
        found = bytearray(length.value)
        for place in range(len(found)):
            _done(_library().LGBM_ByteBufferGetAt(buffer, place, ctypes.byref(one)))
            found[place] = one.value
        _done(_library().LGBM_ByteBufferFree(buffer))
        return bytes(found)

    def label(self, outcome: Floats) -> None:
        """Give all patients their outcomes (n,), 0 or 1."""
        label = np.ascontiguousarray(outcome, dtype=np.float32)
        self._set(b"label", label, _SINGLE_FIELD)

    def subset(self, rows: Ints) -> Dataset:
        """Some of the patients, in the same bins; `rows` increase."""
        part = Dataset.__new__(Dataset)
        part._parameters = self._parameters
        part.handle, part.patients = ctypes.c_void_p(), len(rows)
        rows = np.ascontiguousarray(rows, dtype=np.int32)
        _done(
            _library().LGBM_DatasetGetSubset(
                self.handle, rows.ctypes.data, len(rows), self._parameters,
                ctypes.byref(part.handle),
            )
        )  # fmt: skip
        return part

    def start_from(self, log_odds: float) -> None:
        """Let all patients have these log-odds before the first tree."""
        self._set(b"init_score", np.full(self.patients, log_odds), _DOUBLE_FIELD)

    def _set(self, field: bytes, values: Floats | Singles, kind: int) -> None:
        _done(
            _library().LGBM_DatasetSetField(
                self.handle, field, values.ctypes.data, len(values), kind
            )
        )

    def __del__(self) -> None:
        if self.handle.value is not None:
            _library().LGBM_DatasetFree(self.handle)


@contextmanager
def network(machines: Sequence[str], own: int, minutes: int) -> Iterator[None]:
    """Let this thread grow trees of the patients of several processes together.

    Each process has some of the patients, in the same bins, and comes here at the same time; all
    grow the same trees. They talk to each other over plain TCP.

    Parameters
    ----------
    machines
        Host and port of each, ``host:port``, in the same order for all.
    own
        Which of them this is.
    minutes
        For which it is waited for another.
    """
    port = int(machines[own].rpartition(":")[2])
    with _without_output():
        _done(
            _library().LGBM_NetworkInit(",".join(machines).encode(), port, minutes, len(machines))
        )
    try:
        yield
    finally:
        _done(_library().LGBM_NetworkFree())


@contextmanager
def _without_output() -> Iterator[None]:
    """A thread of LightGBM that waits for others prints so, whatever its verbosity."""
    sys.stdout.flush()
    output, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(output, 1)
        os.close(output)
        os.close(nowhere)


class Booster:
    """Models that grow by one tree each with every step.

    Parameters
    ----------
    dataset
        The patients.
    parameters
        Of LightGBM.
    models
        How many models grow side by side; one has the outcome of the dataset, more have none.

    Attributes
    ----------
    score
        (models, n) the sums of the trees after the step for which they were last read.
    gradient, hessian
        (models, n) first and second derivatives of the loss, for `step`; to be written into.

    Raises
    ------
    LightGBMError
        If LightGBM cannot make it.
    """

    def __init__(self, dataset: Dataset, parameters: Parameters, *, models: int = 1) -> None:
        self._library = _library()
        self._dataset = dataset  # LightGBM reads it at every step
        self._handle = ctypes.c_void_p()
        self._ended = ctypes.c_int()  # whether no tree was found: another step may find one
        self._length = ctypes.c_int64()
        shape = (models, dataset.patients)
        self.score = np.empty(shape)
        self.gradient, self.hessian = np.empty(shape, np.float32), np.empty(shape, np.float32)
        _done(
            self._library.LGBM_BoosterCreate(
                dataset.handle, _said(parameters), ctypes.byref(self._handle)
            )
        )
        # they stay the same, and there are many steps
        self._read = (
            self._handle, _TRAINING, ctypes.byref(self._length), self.score.ctypes.data,
        )  # fmt: skip
        self._step = (
            self._handle, self.gradient.ctypes.data, self.hessian.ctypes.data,
            ctypes.byref(self._ended),
        )  # fmt: skip

    def read_score(self) -> Floats:
        """Read `score` anew."""
        _done(self._library.LGBM_BoosterGetPredict(*self._read))
        return self.score

    def step(self) -> None:
        """Grow a tree for each model from `gradient` and `hessian`."""
        _done(self._library.LGBM_BoosterUpdateOneIterCustom(*self._step))

    def steps(self, number: int) -> None:
        """Grow trees by LightGBM's own loss."""
        ended = ctypes.byref(self._ended)
        for _ in range(number):
            _done(self._library.LGBM_BoosterUpdateOneIter(self._handle, ended))

    def log_odds(self, X: Floats) -> Floats:
        """Sums of the trees for the rows of `X` (n, p), (n,)."""
        X, found = np.ascontiguousarray(X, dtype=np.float64), np.empty(len(X))
        _done(
            self._library.LGBM_BoosterPredictForMat(
                self._handle, X.ctypes.data, _DOUBLE, *X.shape, _ROWS_FIRST, _RAW_SCORE, 0,
                _ALL_TREES, b"num_threads=1", ctypes.byref(self._length), found.ctypes.data,
            )
        )  # fmt: skip
        return found

    def text(self) -> str:
        """The trees, as LightGBM writes a model."""
        room = np.empty(_TEXT, np.uint8)
        while True:
            _done(
                self._library.LGBM_BoosterSaveModelToString(
                    self._handle, 0, -1, 0, len(room), ctypes.byref(self._length),
                    room.ctypes.data,
                )
            )  # fmt: skip
            length = self._length.value  # with the zero at the end
            if length <= len(room):
                return room[: length - 1].tobytes().decode()
            room = np.empty(length, np.uint8)

    def __del__(self) -> None:
        if self._handle.value is not None:
            self._library.LGBM_BoosterFree(self._handle)
