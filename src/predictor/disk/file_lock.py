"""A lock that the system takes from a process that died, whatever killed it."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.platform == "win32":
    from filelock import FileLock as FileLock
else:
    import fcntl
    import os

    class FileLock:
        """The lock that `filelock` takes, without importing it, which takes longer than a score.

        Parameters
        ----------
        path
            A file, which is made where there is none.
        """

        def __init__(self, path: Path) -> None:
            self._path = path
            self._file: int | None = None

        def acquire(self, timeout: float = -1) -> None:
            """Take it; OSError if it is not to be had.

            Parameters
            ----------
            timeout
                0 for not waiting for whoever has it.
            """
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | (0 if timeout else fcntl.LOCK_NB))
            except BaseException:
                os.close(file)
                raise
            self._file = file

        def release(self) -> None:
            """Let go of it, if it was taken."""
            if self._file is not None:
                os.close(self._file)
                self._file = None
