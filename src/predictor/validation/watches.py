"""A finished model watched over time: charts of its outcomes, and whether its patients change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from predictor.results import MonitoringLevel
from predictor.statistics import (
    Change,
    Shift,
    alarms_under,
    cusum,
    cusum_limits,
    cusum_of_p,
    cusum_of_p_limits,
    newest_against_earlier,
    rate_of_looks,
    since,
)

Floats = npt.NDArray[np.float64]

CHARTS: Mapping[str, Change] = MappingProxyType(
    {
        "more events": Change(odds=2.0),
        "fewer events": Change(odds=0.5),
        "weaker": Change(slope=0.5),
    }
)
"""What each chart looks for."""

WRONG: Mapping[str, Change] = MappingProxyType({**CHARTS, "nothing": Change(slope=0.0)})
"""How a model may have been wrong all along: would it have been seen?"""

SHARE = 0.05
"""Of planned watches of a right model in which a false alarm is raised."""

PLANNED = 12
"""Periods for which a watch is planned, unless it is said otherwise."""

ENOUGH = 0.8
"""Chance of an alarm, had the odds been doubled or halved all along, from which silence says
something."""

# standardised difference from which a column is named
_NAMED = 2.5


@dataclass(frozen=True, repr=False)
class Watched:
    """Charts of a model, at the end of each of k periods.

    Attributes
    ----------
    values, limits
        (k, charts); an alarm is a value above its limit.
    rate
        Of false alarms at each look.
    chances
        (k,) for each of `WRONG`: how likely there would have been an alarm by then.
    """

    values: Floats
    limits: Floats
    rate: float
    chances: Mapping[str, Floats]

    def first_alarms(self) -> dict[str, int | None]:
        """Number of the period of the first alarm of each chart."""
        return {
            name: _first(self.values[:, place] > self.limits[:, place])
            for place, name in enumerate(CHARTS)
        }

    @property
    def false_alarm_by_now(self) -> float:
        """How likely a right model would have raised an alarm by now."""
        return float(1.0 - (1.0 - self.rate) ** len(self.values))


@dataclass(frozen=True, repr=False)
class Drift:
    """Whether scored patients change, at each of k looks.

    Attributes
    ----------
    shifts
        (k - 1) each period but the first against those before.
    values, limits
        (k - 1,) chart of their p-values; an alarm is a value above its limit.
    since_training
        (k,) p of the mean linear predictor until each period against the training; None if the
        model does not hold that.
    rate
        Of false alarms of each test at each look.
    """

    shifts: tuple[Shift, ...]
    values: Floats
    limits: Floats
    since_training: tuple[float, ...] | None
    rate: float

    def first_between(self) -> int | None:
        """Number of the period at which patients were seen to be others than before."""
        found = _first(self.values > self.limits)
        return None if found is None else found + 1

    def first_since_training(self) -> int | None:
        """Number of the period at whose end patients were seen to be unlike the training's."""
        p = np.array([] if self.since_training is None else self.since_training)
        return _first(p <= self.rate)

    def changed(self, columns: Sequence[str]) -> list[tuple[str, float]]:
        """Columns that differ, the most changed first, with their standardised difference.

        Of the periods from which the chart rose to its alarm, the differences together; those of
        2.5 and more are named.
        """
        last = self.first_between()
        if last is None:
            return []
        end = last - 1
        zeros = np.flatnonzero(self.values[:end] == 0)
        start = int(zeros[-1]) + 1 if len(zeros) else 0
        rise = [shift.difference for shift in self.shifts[start : end + 1]]
        together = np.sum(rise, axis=0) / np.sqrt(len(rise))
        order = np.argsort(-np.abs(together), kind="stable")
        named = [place for place in order if abs(together[place]) >= _NAMED] or [order[0]]
        return [(columns[place], float(together[place])) for place in named]


@dataclass(frozen=True)
class TrainedOn:
    """The linear predictor of the training patients, as far as a model holds it."""

    mean: float
    deviation: float
    patients: int
    step: float


def level_of_watch(watched: Watched, drift: Drift | None) -> MonitoringLevel:
    """What a watch comes to.

    1. A chart of outcomes has crossed its limit: update.
    2. Scored patients have changed, among themselves or from the training: look.
    3. Had the odds been doubled, or halved, from the start, an alarm had come by now with a chance
       of less than `ENOUGH`: too few to say.
    4. Otherwise there is nothing to see.
    """
    if any(alarm is not None for alarm in watched.first_alarms().values()):
        return "update"
    if drift is not None and (drift.first_between(), drift.first_since_training()) != (None, None):
        return "look"
    if min(watched.chances[name][-1] for name in ("more events", "fewer events")) < ENOUGH:
        return "too few to say"
    return "nothing to see"


def watch(
    logits: Sequence[Floats],
    outcomes: Sequence[Floats],
    *,
    centre: float,
    planned: int,
    entropy: Sequence[int],
) -> Watched:
    """Charts of a model in the patients of each period.

    Parameters
    ----------
    logits, outcomes
        Of the patients of each period.
    centre
        Log-odds about which a slope is wrong.
    planned
        Periods for which false alarms are to come in a share `SHARE` of watches of a right model.
    entropy
        Watches are simulated from it.
    """
    changes, rate = list(CHARTS.values()), rate_of_looks(SHARE, planned)
    limits = cusum_limits(logits, changes, centre, rate=rate, entropy=[*entropy, 0])
    return Watched(
        values=cusum(logits, outcomes, changes, centre),
        limits=limits,
        rate=rate,
        chances={
            name: alarms_under(wrong, logits, limits, changes, centre, entropy=[*entropy, number])
            for number, (name, wrong) in enumerate(WRONG.items(), start=1)
        },
    )


def drift(
    periods: Sequence[Floats],
    logits: Sequence[Floats],
    trained: TrainedOn | None,
    *,
    planned: int,
    entropy: Sequence[int],
) -> Drift:
    """Whether the patients of each period are like those before, and like those of the training.

    Parameters
    ----------
    periods
        (n_k, d) numbers of the scored patients of each period.
    logits
        Of the same patients.
    trained
        Of the training; None if the model does not hold it.
    planned
        As in `watch`; both tests share its false alarms.
    entropy
        Permutations are drawn from it.
    """
    rate = rate_of_looks(SHARE, planned) / (1 if trained is None else 2)
    shifts = newest_against_earlier(periods, entropy=[*entropy, 0])
    return Drift(
        shifts=tuple(shifts),
        values=cusum_of_p([shift.p for shift in shifts]),
        limits=cusum_of_p_limits(len(shifts), rate=rate, entropy=[*entropy, 1]),
        since_training=None
        if trained is None
        else tuple(
            since(
                np.concatenate(logits[: number + 1]),
                trained.mean,
                trained.deviation,
                trained.patients,
                step=trained.step,
            )
            for number in range(len(logits))
        ),
        rate=rate,
    )


def _first(found: npt.NDArray[np.bool_]) -> int | None:
    return int(np.argmax(found)) if found.any() else None
