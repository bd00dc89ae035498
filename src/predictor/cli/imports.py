"""What a command that should be there at once does about its imports."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType

_THREADS = "OPENBLAS_NUM_THREADS"
_DOCUMENTATION = "pyarrow.vendored.docscrape"


@contextmanager
def quick_imports() -> Iterator[None]:
    """Import numpy and Arrow in this block without what only long computations need.

    There is no search for garbage, as modules stay. numpy's library of linear algebra starts no
    threads, unless the environment asks for some. Arrow is let to look for pandas, and does not
    find it: it does so once per process, with the first list it is given, only to tell a pandas
    series from a list. Nor does it find cloudpickle, by which it would only pickle. Its functions
    get no list of their options in their documentation. For one patient each takes longer than his
    scores.
    """
    searched, asked = gc.isenabled(), os.environ.get(_THREADS)
    os.environ.setdefault(_THREADS, "1")
    gc.disable()
    try:
        _import_arrow()
        yield
    finally:
        if asked is None:
            del os.environ[_THREADS]
        if searched:
            gc.enable()


def _import_arrow() -> None:
    absent = _Absent(name for name in ("pandas", "cloudpickle") if name not in sys.modules)
    documented = sys.modules.get(_DOCUMENTATION)
    sys.meta_path.insert(0, absent)
    sys.modules[_DOCUMENTATION] = _Undocumented(_DOCUMENTATION)
    try:
        import pyarrow as pa
        import pyarrow.compute

        if "pandas" in absent.names:
            pa.array([0])
    finally:
        sys.meta_path.remove(absent)
        del sys.modules[_DOCUMENTATION]
        if documented is not None:
            sys.modules[_DOCUMENTATION] = documented


class _Undocumented(ModuleType):
    """Reads no documentation of parameters, as there are hundreds of which nobody looks at one."""

    @staticmethod
    def NumpyDocString(_text: str) -> dict[str, tuple[()]]:
        return {"Parameters": ()}


class _Absent:
    """Finds that there are no packages of these names."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names)

    def find_spec(self, fullname: str, _path: object, _target: object = None, /) -> None:
        if fullname in self.names:
            raise ModuleNotFoundError(fullname)
