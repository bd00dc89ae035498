"""Whether the numbers of a training came out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from predictor.results.base import FORMAT, Result
from predictor.results.html import paragraphs, table
from predictor.results.places import Leaf
from predictor.results.words import count

if TYPE_CHECKING:
    import pandas as pd

ABSENT = "not there"
"""Stands where one of two trainings has nothing at a place."""

_INNOCENT = ("table", "version")


class ChangedInput(Result):
    """Something that went into a training, and is not what it was.

    Attributes
    ----------
    what
        ``table``: the fingerprint, or a count; ``study``: a key of the study file; ``SQL``: the
        feature pipeline; ``seed``; ``version``: of a package; ``file``: one of the stored files is
        not what the training wrote; ``copy``: one of them does not agree with the report it lies
        beside.
    name
        Which of them.
    stored, now
        What the training had and what there is now, as text; None where there is nothing, or where
        `lines` say it.
    lines
        Of SQL and copies: what differs, as a unified diff.
    """

    what: Literal["table", "study", "SQL", "seed", "version", "file", "copy"]
    name: str
    stored: str | None
    now: str | None
    lines: tuple[str, ...]

    @property
    def innocent(self) -> bool:
        """Whether it is no failure by itself: the same numbers may come out in spite of it."""
        return self.what in _INNOCENT

    @property
    def words(self) -> str:
        """It as a sentence, without the lines."""
        stored = ABSENT if self.stored is None else self.stored
        now = ABSENT if self.now is None else self.now
        return {
            "table": f"table: {self.name}: {stored} then, {now} now",
            "study": f"study file: {self.name}: {stored} then, {now} now",
            "SQL": f"SQL: {self.name} is another one",
            "seed": f"seed: {stored} then, {now} now",
            "version": f"version: {self.name} {stored} then, {now} now (may explain a difference)",
            "file": f"file: {self.name} is gone or was changed since the training (its hash "
            "differs)",
            "copy": f"file: {self.name} does not say what report.json says",
        }[self.what]


class ChangedNumber(Result):
    """A number, or a word beside the numbers, that did not come out again.

    Attributes
    ----------
    place
        Names and positions down to it, with dots between, as in
        ``learners.ridge.metrics.auroc.estimate``.
    stored, now
        What the training found and what was found now; ``not there`` where one has nothing, and
        ``withheld`` where the other is not shown for privacy.
    """

    place: str
    stored: Leaf
    now: Leaf


class Verification(Result):
    """A training that was repeated, beside what it left.

    Attributes
    ----------
    format
        Of this document.
    source, kind
        What was verified, and what that is: all of a training, or one model of it.
    study, learners
        What was trained again.
    same
        Whether every number came out again from what is stored. Another version of a package, or
        another order of the rows of the table, is no failure where every number came out.
    compared
        Numbers and words that were compared; not how long it took, nor when.
    inputs, numbers
        What differs: in what went in, and in what came out.
    """

    format: Literal[1] = FORMAT
    source: str
    kind: Literal["training", "model"]
    study: str
    learners: tuple[str, ...]
    same: bool
    compared: int
    inputs: tuple[ChangedInput, ...]
    numbers: tuple[ChangedNumber, ...]

    @property
    def largest(self) -> float | None:
        """Largest relative difference of a number; None if no number differs."""
        pairs = [
            (each.stored, each.now)
            for each in self.numbers
            if isinstance(each.stored, int | float) and isinstance(each.now, int | float)
        ]
        return max(
            (abs(a - b) / max(abs(a), abs(b)) for a, b in pairs if a != b),
            default=None,
        )

    @property
    def conclusion(self) -> str:
        """What came of it, in one or two sentences."""
        compared = count(self.compared, "number and word", "numbers and words")
        if not self.numbers:
            again = f"All {compared} came out again"
            if not self.same:
                return f"{again}, but what is stored does not agree with itself or with the study."
            if any(each.what == "table" for each in self.inputs):
                return (
                    f"{again}. The table differs in what no number depends on: the order of its "
                    "rows, identifiers, texts."
                )
            return f"{again}."
        size = (
            ""
            if self.largest is None
            else f"; the largest relative difference is {self.largest:.2g}"
        )
        differ = f"{len(self.numbers)} of {compared} did not come out again{size}."
        if not self.inputs:
            return (
                f"{differ} Nothing that went in differs: somebody changed what is stored, or this "
                "computer calculates otherwise (another processor, another build of a library)."
            )
        if all(each.what == "version" for each in self.inputs):
            return (
                f"{differ} Of what went in only versions differ, which may be why: verify with "
                "those of then to be sure."
            )
        return f"{differ} What went in differs too, as said above."

    def _repr_html_(self) -> str:
        rows = [(each.place, str(each.stored), str(each.now)) for each in self.numbers[:10]]
        said = paragraphs([each.words for each in self.inputs] + [self.conclusion])
        return said + (table(("place", "stored", "now"), rows) if rows else "")

    def to_frame(self) -> pd.DataFrame:
        """A row per number that did not come out again: place, stored, now."""
        import pandas as pd

        columns = list(ChangedNumber.model_fields)
        return pd.DataFrame([dict(each) for each in self.numbers], columns=columns, dtype=object)
