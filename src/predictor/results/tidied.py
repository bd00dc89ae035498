"""What trainings left that are not whole."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import Result
from predictor.results.words import count


class Leftover(Result):
    """Something that nothing points to.

    Attributes
    ----------
    kind
        ``folder`` of a training, ``litter`` of a process, or ``run`` of a tracker.
    name
        Its path or its id.
    why
        Why it is none of a whole training.
    """

    kind: Literal["folder", "litter", "run"]
    name: str
    why: str


class TidiedStudy(Result):
    """The document of ``predictor tidy``.

    Attributes
    ----------
    study
        Which.
    removed
        Whether what was found has been removed.
    found
        What nothing points to.
    kept
        What somebody might miss, and is therefore for somebody to judge.
    """

    study: str
    removed: bool
    found: tuple[Leftover, ...]
    kept: tuple[Leftover, ...]

    @property
    def conclusion(self) -> str:
        """What was done, or is to be done."""
        if not self.found:
            return f"nothing to remove for {self.study}"
        things = count(len(self.found), "thing")
        return f"removed {things}" if self.removed else f"{things} to remove with --yes"
