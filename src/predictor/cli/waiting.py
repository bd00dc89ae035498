"""How long a training will take, in words, and what would make it shorter."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from predictor.results.words import count

if TYPE_CHECKING:
    from predictor.workflows.foretold import Foretold

_TOO_LONG = 120.0  # seconds, from which on one would like it to be shorter
_MOST_OF_IT = 0.4  # of the seconds: a learner that takes so much is worth leaving out
_SECONDS, _MINUTES, _HOURS = 90.0, 5400.0, 36_000.0


def about(seconds: float) -> str:
    """A time as it is said.

    Examples
    --------
    >>> about(3.2), about(44), about(100), about(280), about(9000)
    ('about 5 seconds', 'about 45 seconds', 'about 2 minutes', 'about 5 minutes', 'about 2.5 hours')
    """
    if seconds < _SECONDS:
        return f"about {max(5, 5 * round(seconds / 5))} seconds"
    if seconds < _MINUTES:
        return f"about {count(round(seconds / 60), 'minute')}"
    hours = f"{seconds / 3600:.1f}" if seconds < _HOURS else f"{seconds / 3600:.0f}"
    return f"about {hours.removesuffix('.0')} hours"


def foretelling(foretold: Foretold) -> list[str]:
    """How long it will take, and what would be shorter where that is more than two minutes."""
    learners = len(foretold.seconds)
    of_each = "one learner" if learners == 1 else f"each of {learners} learners"
    at_once = "" if foretold.at_once == 1 else f", {foretold.at_once} at the same time"
    trained = f"to train {foretold.models:,} models of {of_each}{at_once}"
    lines = [f"{about(foretold.total)} {trained}; estimates and report follow"]
    if foretold.total >= _TOO_LONG:
        lines += [f"shorter: {way}" for way in _ways(foretold)]
    return lines


def _ways(foretold: Foretold) -> list[str]:
    ways = []
    slowest = max(foretold.seconds, key=lambda name: foretold.seconds[name])
    others = [name for name in foretold.seconds if name != slowest]
    takes = foretold.seconds[slowest]
    if others and takes >= _MOST_OF_IT * foretold.total:
        chosen = shlex.join([part for name in others for part in ("--learner", name)])
        ways.append(f"without {slowest}, {about(takes)} less: {chosen}")
    spec = foretold.validation
    if spec.interval.refit and spec.interval.repeats > 1:
        folds, resamples = spec.cross_validation.folds, spec.interval.resamples
        fewer = resamples * folds * (spec.interval.repeats - 1)
        ways.append(
            f"{fewer:,} models fewer of each, with somewhat wider intervals: "
            f"validation: {{interval: {{resamples: {resamples}, repeats: 1}}}}"
        )
    if foretold.columns > foretold.patients:
        ways.append(
            f"fewer columns than {foretold.columns:,} of {foretold.patients:,} patients, such as "
            f"sum scores in place of items; `predictor check` says how many are worth having"
        )
    return ways
