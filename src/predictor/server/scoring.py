"""The patients of many requests, scored by one thread; those that wait together, in one query.

A query over one patient takes as long as one over a hundred. Waiting together only saves time: no
answer depends on who else asks. A request of several patients is a table of its own; of those with
one patient, each is read by itself, and where a query fails each is asked about alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import pyarrow as pa

from predictor.cohort import canonical_text, read_records
from predictor.errors import DataError, ModelError
from predictor.saved import Scores
from predictor.saved.inputs import AGAIN
from predictor.server.answers import Document, answer, faults_of, patients_told
from predictor.server.documents import PatientFault
from predictor.server.patients import Patients
from predictor.server.refusals import RefusedError, busy
from predictor.server.scorer import Scorer

_TOGETHER = 64  # patients in one query
_SILENT = 0.003  # seconds without a request after which no other is waited for
_ARRIVING = 0.025  # seconds that a request may wait for others
_TURN = 0.0005  # seconds after which it is seen who has come
_SHOWN = 50  # faults


@dataclass(frozen=True, repr=False, eq=False)
class _Waiting:
    patients: Patients
    outcome: asyncio.Future[Document]

    def tell(self, found: Document | BaseException) -> None:
        if self.outcome.done():  # whoever asked has gone
            return
        if isinstance(found, BaseException):
            self.outcome.set_exception(found)
        else:
            self.outcome.set_result(found)


class Scoring:
    """Scores requests in the order in which they come; use as an asynchronous context manager.

    Parameters
    ----------
    scorer
        Used by one thread only.
    waiting
        The largest number of requests that wait.
    """

    def __init__(self, scorer: Scorer, *, waiting: int) -> None:
        self._scorer = scorer
        self._identifiers = [c.name for c in scorer.columns if c.role == "id"]
        self._names = [column.name for column in scorer.columns]
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(waiting)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="scores")
        self._worker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._scorer.warm_up)
        self._worker = asyncio.create_task(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._worker is not None:
            self._worker.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def answer(self, patients: Patients) -> Document:
        """The answer to one request.

        Raises
        ------
        RefusedError
            If its patients are refused, or too many requests wait.
        """
        outcome: asyncio.Future[Document] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Waiting(patients, outcome))
        except asyncio.QueueFull:
            raise busy("too many requests are waiting") from None
        return await outcome

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        last = 0
        while True:
            batch = [await self._queue.get()]
            await self._others_arrive(last)
            while len(batch) < _TOGETHER and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            single = [
                each for each in batch if len(each.patients.rows) == 1 and not each.outcome.done()
            ]
            if single:
                requests = [each.patients for each in single]
                found = await loop.run_in_executor(self._thread, self._together, requests)
                for each, one in zip(single, found, strict=True):
                    if one is not None:
                        each.tell(one)
            for each in batch:
                if not each.outcome.done():
                    each.tell(await loop.run_in_executor(self._thread, self._one, each.patients))
            last = len(batch) + self._queue.qsize()

    async def _others_arrive(self, expected: int) -> None:
        """Let answers leave and requests come in that the event loop has at hand.

        If scoring began before, both would take turns at every call that gives up Python, and each
        would take several times as long. Whoever was answered together mostly asks again together:
        up to so many as `expected` are waited for, as long as some come.
        """
        began = came = time.monotonic()
        there = self._queue.qsize()
        while there < min(expected, _TOGETHER) - 1:
            await asyncio.sleep(_TURN)
            now = time.monotonic()
            if self._queue.qsize() > there:
                there, came = self._queue.qsize(), now
            elif now > came + _SILENT or now > began + _ARRIVING:
                break

    def _together(self, requests: Sequence[Patients]) -> list[Document | RefusedError | None]:
        """Answers to requests of one patient each; None for who has to be asked about alone."""
        rows = [
            row
            for number, patients in enumerate(requests, 1)
            for row in patients.with_numbers(self._identifiers, number)
        ]
        keys = [tuple(canonical_text(row[name]) for name in self._identifiers) for row in rows]
        times = Counter(keys)
        places = [place for place, key in enumerate(keys) if times[key] == 1]
        answers: list[Document | RefusedError | None] = [None] * len(requests)
        if not places:
            return answers
        try:
            scores, found, unsure = self._scorer.score_each([rows[place] for place in places])
        except Exception:  # noqa: BLE001 - each is asked about alone, and whoever is at fault is told
            return answers
        told = patients_told(scores)
        for row, (place, faults) in enumerate(
            zip(places, faults_of(found, len(places)), strict=True)
        ):
            if row in unsure:
                continue
            patients = requests[place]
            answers[place] = (
                _refused([fault.model_copy(update={"patient": 1}) for fault in faults])
                if faults and not patients.lenient
                else answer(scores, told[row : row + 1], patients)
            )
        return answers

    def _one(self, patients: Patients) -> Document | BaseException:
        """The answer to one request, or why there is none."""
        try:
            return self._answer(patients)
        except Exception as error:  # noqa: BLE001 - handed on to who asked
            return error

    def _answer(self, patients: Patients) -> Document:
        rows = patients.with_numbers(self._identifiers, 1)
        raw = read_records(rows, self._names)
        if not patients.lenient:
            faults = faults_of(self._scorer.faults(raw), len(rows))
            if any(faults):
                raise _refused([fault for one in faults for fault in one])
        try:
            scores = self._scorer.score(raw)
        except (DataError, ModelError) as error:
            raise self._failing(raw, error) from None
        if not patients.lenient and (repeated := self._repeated(scores)):
            raise _refused(repeated)
        return answer(scores, patients_told(scores), patients)

    def _repeated(self, scores: Scores) -> list[PatientFault]:
        """Patients who were sent more than once."""
        return [
            PatientFault(
                patient=row + 1,
                column=", ".join(self._identifiers),
                rule="the same patient more than once; send each patient once",
            )
            for row, flags in enumerate(scores.flags)
            if AGAIN in flags.split("; ")
        ]

    def _failing(self, raw: pa.Table, error: DataError | ModelError) -> RefusedError:
        """Which patients cannot be scored at all, each by itself."""
        faults = []
        for row in range(raw.num_rows):
            try:
                self._scorer.score(raw.slice(row, 1))
            except (DataError, ModelError) as alone:
                faults.append(PatientFault(patient=row + 1, column=None, rule=str(alone)))
                if len(faults) == _SHOWN:
                    break
        return RefusedError(
            422, "the model's queries fail on these patients" if faults else str(error), faults
        )


def _refused(faults: list[PatientFault]) -> RefusedError:
    return RefusedError(422, "the patients break rules of the data dictionary", faults[:_SHOWN])
