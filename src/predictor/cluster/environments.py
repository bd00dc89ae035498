"""What a number depends on beside the work: versions, our own code, and how a processor rounds."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.special import expit
from threadpoolctl import threadpool_limits

import predictor

PACKAGES = ("numpy", "scipy", "scikit-learn", "lightgbm", "duckdb", "pyarrow", "distributed")
"""Those whose versions must be the same everywhere: a number, or what is sent, depends on them."""
ARITHMETIC = "arithmetic"
"""Name of the print of how numbers are rounded."""
CODE = "code of predictor"
"""Name of the print of our own source text."""


@cache
def environment() -> Mapping[str, str]:
    """By name, what has to be the same wherever a piece of the same work is done.

    Versions are not all: a clone changes while its version stays, and libraries of linear algebra
    choose other routines, with other last bits, on other processors. So two prints are among them,
    of the source text of this package and of the bits of a few fixed computations.
    """
    found = {
        "Python": ".".join(map(str, sys.version_info[:2])),
        "predictor": predictor.__version__,
        CODE: _print_of_code(),
    }
    with threadpool_limits(1):  # as every piece of work is done
        found[ARITHMETIC] = _print_of_arithmetic()
    return found | {name: version(name) for name in PACKAGES}


def _print_of_code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(predictor.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _print_of_arithmetic() -> str:
    """Of functions and sums that are vectorised, and of products and solutions of matrices."""
    x = np.linspace(-8.0, 8.0, 1003)
    matrix = np.sin(np.outer(x[:200], x[1:78]))
    gram = matrix.T @ (matrix * expit(x[:200])[:, None]) + np.eye(77)
    results = (
        *(np.exp(x), np.log1p(np.abs(x)), np.log(np.abs(x) + 0.1), np.tanh(x), expit(x)),
        *(np.cumsum(x), np.sum(x**3), matrix @ x[1:78], gram, np.linalg.solve(gram, x[1:78])),
        *(
            np.linalg.cholesky(gram),
            np.linalg.eigvalsh(gram),
            np.einsum("ij,ij->i", matrix, matrix),
        ),
    )
    digest = hashlib.sha256()
    for each in results:
        digest.update(np.ascontiguousarray(each).tobytes())
    return digest.hexdigest()[:12]


def differences(here: Mapping[str, str], there: Mapping[str, str]) -> tuple[str, ...]:
    """In words, what is other there than here.

    Examples
    --------
    >>> differences({"numpy": "2.4.1"}, {"numpy": "2.3.0"})
    ('numpy is 2.3.0, and 2.4.1 here',)
    """
    return tuple(
        f"{name} is {there.get(name, 'not there')}, and {value} here"
        for name, value in here.items()
        if there.get(name) != value
    )
