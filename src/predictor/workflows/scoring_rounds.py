"""A table whose parts are scored apart, as the one table that it is.

What only the whole table tells is put together here from small facts of its parts, and the parts
that it changes are scored again: their scores are those of the table in one file, to the bit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from predictor.cohort import Faults, Written
from predictor.cohort.prints import NAMED, many_repeated
from predictor.errors import DataError
from predictor.processes import Elsewhere
from predictor.saved.passes import Progress
from predictor.study import Study
from predictor.workflows.prints_of_parts import Comparison, faults_of_part, repeated_in_share
from predictor.workflows.scored_parts import Order, PartAsked, PartDone, score_part
from predictor.workflows.unfinished_scores import UnfinishedScores

_Executor = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]


class Rounds:
    """The rounds in which the parts of a table are scored.

    Parameters
    ----------
    order, study
        What is the same for all parts, and the study of the model.
    elsewhere, progress
        As those of `predictor.workflows.score_folder`.
    """

    def __init__(
        self, order: Order, study: Study, elsewhere: Elsewhere | None, progress: Progress
    ) -> None:
        self._order = order
        self._columns = [column.name for column in study.columns]
        self._ids = tuple(study.ids)
        self._elsewhere: _Executor = map if elsewhere is None else elsewhere
        self._progress = progress
        self._lenient = order.asked.lenient

    def of(self, parts: Sequence[PartAsked]) -> tuple[list[PartDone], int]:
        """What came of every part in the end, and how many were done before.

        Raises
        ------
        DataError
            With the faults of all parts.
        """
        done: list[PartDone] = []
        patients = 0
        for part in self._elsewhere(partial(score_part, self._order), parts):
            done.append(part)
            patients += part.patients
            self._progress(patients, len(done) / len(parts))
        kept = sum(part.kept for part in done)
        self._as_written(parts, done)
        faults = Faults(self._columns)
        for part in done:
            if part.faults is not None:
                faults.join(part.faults)
        if faults:
            raise DataError(faults.messages())
        self._once_each(parts, done)
        return done, kept

    def _as_written(self, parts: Sequence[PartAsked], done: list[PartDone]) -> None:
        """Score parts again whose cells are read in another way for what others hold."""
        whole: dict[str, Written] = {}
        for part in done:
            for name, own in part.written.items():
                whole[name] = whole.get(name, Written()) + own
        whole = {name: each for name, each in whole.items() if each.tells}
        changed = [
            number
            for number, part in enumerate(done)
            if any(
                (each.grouped and part.written[name].three) or (each.far and name in part.faulty)
                for name, each in whole.items()
                if name in part.written
            )
        ]
        self._order = replace(self._order, written=whole)
        self._again(parts, done, changed)

    def _once_each(self, parts: Sequence[PartAsked], done: list[PartDone]) -> None:
        """Refuse patients who are there twice, or score their parts again to say so of them."""
        folder = UnfinishedScores(self._order.folder, self._order.token)
        comparison = Comparison.of(
            folder, [part.stem for part in done], sum(part.scored for part in done)
        )
        shares = range(comparison.shares)
        having: Counter[int] = Counter()
        for counts in self._elsewhere(partial(repeated_in_share, comparison), shares):
            having.update(counts)
        if having and not self._lenient:
            if having.total() > NAMED:
                named = {parts[number].name: having[number] for number in sorted(having)}
                said = many_repeated(named, sum(part.scored for part in done))
                raise DataError(f"{', '.join(self._ids)}: {said}")
            faults = Faults(())
            asked = [(number, parts[number].name) for number in sorted(having)]
            for found in self._elsewhere(partial(faults_of_part, comparison, self._ids), asked):
                faults.join(found)
            raise DataError(faults.messages())
        self._order = replace(self._order, comparison=comparison)
        self._again(parts, done, sorted(having))

    def _again(
        self, parts: Sequence[PartAsked], done: list[PartDone], numbers: Sequence[int]
    ) -> None:
        """Score some parts again, by what is known of the whole table now."""
        asked = [replace(parts[number], before=done[number]) for number in numbers]
        if not asked:
            return
        found = self._elsewhere(partial(score_part, self._order), asked)
        for number, part in zip(numbers, found, strict=True):
            done[number] = part
