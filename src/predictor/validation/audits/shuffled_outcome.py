"""Does the procedure find anything in shuffled outcomes? Then it sees them where it must not."""

from __future__ import annotations

import numpy as np

from predictor import statistics
from predictor.validation.audits.evidence import Contender, Evidence, auroc
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.resamples import Counts, deal

_SHUFFLES = 50
_FOLDS = 5
# how far the mean may be from one half; further off, the procedure sees what it must not see
_TOLERANCE, _STANDARD_ERRORS = 0.03, 4
# with more patients shuffling would take minutes
_MOST_PATIENTS = 2000


def _rule(evidence: Evidence) -> Ruling:
    quick = [
        c
        for c in evidence.contenders.values()
        if c.parameters and c.estimator.quick and not np.isnan(auroc(c))
    ]
    if not quick:
        return Ruling(
            "not_applicable", "no learner can be trained hundreds of times more in a second."
        )
    if evidence.patients > _MOST_PATIENTS:
        return Ruling("not_applicable", f"not needed with more than {_MOST_PATIENTS:,} patients.")
    rng = evidence.rng("shuffled_outcome")
    shuffled = np.array([rng.permutation(evidence.y) for _ in range(_SHUFFLES)])
    found = np.array([_cross_validated(c, shuffled, rng) for c in quick])
    means = _mean(found, otherwise=0.5)
    # a shuffle on which a learner failed says nothing
    spread = np.sqrt(_mean((found - means[:, None]) ** 2, otherwise=0.0))
    tolerated = np.maximum(_TOLERANCE, _STANDARD_ERRORS * spread / np.sqrt(_SHUFFLES))
    off = np.abs(means - 0.5) / tolerated
    furthest = int(np.argmax(off))
    if off[furthest] > 1:
        return Ruling(
            "issue",
            f"the mean AUROC is {means[furthest]:.2f} when outcomes are shuffled, and should be "
            f"0.50: the procedure sees the outcome somewhere.",
            quick[furthest].name,
        )
    return Ruling(
        "passed",
        f"the mean AUROC over {_SHUFFLES} shuffles of the outcome is {means[furthest]:.2f}, where "
        f"0.50 is expected.",
        quick[furthest].name,
    )


def _cross_validated(contender: Contender, shuffled: Counts, rng: np.random.Generator) -> Counts:
    """The cross-validated AUROC on each shuffle, (S,), with one repeat of the folds."""
    # Every patient is there twice, with and without the event, and a shuffle is a matter of
    # weights: so one call trains on all shuffles.
    everybody = np.ones(shuffled.shape[1], dtype=np.bool_)
    fold = np.repeat([deal(y, everybody, _FOLDS, rng) for y in shuffled], _FOLDS, axis=0)
    testing = fold == np.tile(np.arange(_FOLDS), len(shuffled))[:, None]
    y = np.repeat(shuffled, _FOLDS, axis=0)
    which = np.hstack([1 - y, y])
    label = np.repeat([0.0, 1.0], shuffled.shape[1])
    twice = np.vstack([contender.X, contender.X])
    fits = contender.estimator.fit_replicates(twice, label, which * ~np.tile(testing, 2))
    value = statistics.auroc(label, fits.probability, weights=which * np.tile(testing, 2))
    return _mean(value.reshape(-1, _FOLDS), otherwise=np.nan)


def _mean(values: Counts, *, otherwise: float) -> Counts:
    """The mean of each row, over folds or shuffles in which a learner did not fail."""
    known = ~np.isnan(values)
    total, number = np.where(known, values, 0.0).sum(axis=1), known.sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), otherwise)


AUDIT = Audit(
    code="shuffled_outcome",
    title="shuffled outcomes can be predicted",
    threshold="issue if the mean AUROC with shuffled outcomes is further than 0.03 and 4 standard "
    "errors from 0.5; own rule",
    reference="Kapoor and Narayanan 2023, Patterns 4:100804, doi 10.1016/j.patter.2023.100804",
    rule=_rule,
)
