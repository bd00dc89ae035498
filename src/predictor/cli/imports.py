"""What a command that should be there at once does about its imports."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_THREADS = "OPENBLAS_NUM_THREADS"


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import numpy and Arrow in this block without what only long computations need.

    There is no search for garbage, as modules stay. numpy's library of linear algebra starts no
    threads, unless the environment asks for some. Arrow is let to look for pandas, and does not
    find it: it does so once per process, with the first list it is given, only to tell a pandas
    series from a list. For one patient each takes longer than his scores.
    """
    searched, asked = gc.isenabled(), os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")
    gc.disable()
    try:
        _keep_arrow_from_importing_pandas()
        yield
    finally:
        if asked is None:
            del os.environ[_THREADS]
        if searched:
            gc.enable()


def _keep_arrow_from_importing_pandas() -> None:
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(absent)


class _Absent:
    """Finds that there is no pandas."""

    def find_spec(self, fullname: str, _path: object, _target: object = None, /) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
