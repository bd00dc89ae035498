"""The folder beside the scores to come, in which each worker puts what it has done."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from predictor.disk import dump_json, parse_json, read_plain, refuse_foreign, room, write_bytes
from predictor.disk.file_lock import FileLock
from predictor.errors import PredictorError

SUFFIX = ".unfinished"
REFUSED = ".refused"
"""Ends the name of a file that is there once a part was refused: no scores are needed any more."""
_ABOUT = "unfinished.json"
_SECRET = "secret"
_LOCK = "in-use"
_NEW = ".new"  # ends the name of a file that is being written
_IS = "scores that predictor has not finished"
_LARGEST = 2**26  # bytes of what is read whole


@dataclass(frozen=True)
class UnfinishedScores:
    """Files of parts that are done, each under a name that tells of what it was made and how.

    A file is there whole or not at all, and two workers that do the same part write the same bytes
    to the same name. So whatever is there stays right if everything else is lost.

    Attributes
    ----------
    path
        The folder, on storage that all workers share.
    token
        What stands in it, by which a worker knows that it sees the same folder.
    """

    path: Path
    token: str

    @classmethod
    @contextmanager
    def beside(cls, out: Path) -> Iterator[UnfinishedScores]:
        """That of a folder of scores, new or as an earlier run left it; stays if the block raises.

        Raises
        ------
        PredictorError
            If its place is taken by something else, or another run writes the same scores.
        """
        path = out.absolute().with_name(out.name + SUFFIX)
        refuse_foreign([path], _is_ours, kind=_IS, way_out="move it away")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o770, exist_ok=True)  # nobody else's: it may stay for long
        lock = FileLock(path / _LOCK)
        try:
            lock.acquire(timeout=0)
        except (BlockingIOError, TimeoutError):
            raise PredictorError(
                f"{out}: another run writes these scores; wait for it, or choose another name"
            ) from None
        try:
            # by a worker that died, and of a table that may have been corrected
            for left in (*path.glob(f"*{_NEW}"), *path.glob(f"*{REFUSED}")):
                left.unlink(missing_ok=True)
            if not (path / _ABOUT).exists():
                _write(path / _SECRET, secrets.token_bytes(32))
                about = {"what": _IS, "token": secrets.token_hex(16)}
                _write(path / _ABOUT, dump_json(about))
            yield cls(path, str(_about(path)["token"]))
        finally:
            lock.release()

    @classmethod
    def seen_from_here(cls, path: Path, token: str) -> UnfinishedScores:
        """The same folder on a worker.

        Raises
        ------
        PredictorError
            If this machine does not see it, or has another one under its name.
        """
        try:
            same = _about(path)["token"] == token
        except (OSError, ValueError, LookupError, TypeError):
            same = False
        if not same:
            raise unseen(path)
        return cls(path, token)

    @property
    def secret(self) -> bytes:
        """Known to whoever can read the scores, and sent to nobody."""
        return read_plain(self.path / _SECRET, limit=_LARGEST)

    def named(self, name: str) -> Path:
        """Where a file is, or would be."""
        return self.path / name

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write into, which has its name once the block has ended well."""
        new = self.path / f"{name}.{secrets.token_hex(4)}{_NEW}"
        try:
            with new.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path / name)
        finally:
            new.unlink(missing_ok=True)

    def write_document(self, name: str, document: object) -> None:
        """Write plain data."""
        with self.writing(name) as file:
            file.write(dump_json(document, indent=None))

    def document(self, name: str) -> object | None:
        """Plain data that was written; None if it was not."""
        try:
            found: object = parse_json(read_plain(self.path / name, limit=_LARGEST))
        except FileNotFoundError:
            return None
        return found

    def remove(self) -> None:
        """Remove it with all that is in it; a worker that still writes finds it no more."""
        with room(self.path.parent) as gone, suppress(FileNotFoundError):
            self.path.rename(gone / self.path.name)


def unseen(path: Path | str) -> PredictorError:
    """What is said where a worker does not find what this command has."""
    return PredictorError(
        f"{path}: the worker on {socket.gethostname()} does not see what is there on the machine "
        f"of this command; patients and scores must lie on storage that all of them share, under "
        f"the same name"
    )


def _write(path: Path, content: bytes) -> None:
    """A file anew, if a run that died left half of it too."""
    new = path.with_name(path.name + _NEW)
    write_bytes(new, content)
    new.replace(path)


def _about(path: Path) -> dict[str, object]:
    found = parse_json(read_plain(path / _ABOUT, limit=_LARGEST))
    if not isinstance(found, dict) or found.get("what") != _IS:
        raise ValueError("not a description of unfinished scores")
    return found


def _is_ours(path: Path) -> bool:
    """Whether a folder is one of these, or was about to become one."""
    if not path.is_dir():
        return False
    names = {each.name for each in path.iterdir()}
    if names <= {_LOCK, _SECRET, _ABOUT + _NEW, _SECRET + _NEW}:
        return True
    try:
        _about(path)
    except (OSError, ValueError):
        return False
    return True
