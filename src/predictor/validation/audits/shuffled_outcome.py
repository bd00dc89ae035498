"""Does the procedure find anything in shuffled outcomes? Then it sees them where it must not."""

from __future__ import annotations

import numpy as np

from predictor import statistics
from predictor.validation.audits.evidence import Contender, Evidence, auroc
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.resamples import Counts, deal

_SHUFFLES = 50
_FOLDS = 5
_GROUPS = 3  # of grades with the same label
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
    # Every patient is there once with each kind of outcome, with and without the event, and a
    # shuffle is a matter of weights: so one call trains on all shuffles.
    everybody = np.ones(shuffled.shape[1], dtype=np.bool_)
    fold = np.repeat([deal(y, everybody, _FOLDS, rng) for y in shuffled], _FOLDS, axis=0)
    testing = fold == np.tile(np.arange(_FOLDS), len(shuffled))[:, None]
    label, graded, which = _with_each_outcome(contender, shuffled, rng)
    which = np.repeat(which, _FOLDS, axis=0)
    kinds = len(label) // shuffled.shape[1]
    again, testing = np.tile(contender.X, (kinds, 1)), np.tile(testing, kinds)
    fits = contender.estimator.fit_replicates(again, label, which * ~testing, graded)
    value = statistics.auroc(label, fits.probability, weights=which * testing)
    return _mean(value.reshape(-1, _FOLDS), otherwise=np.nan)


def _with_each_outcome(
    contender: Contender, shuffled: Counts, rng: np.random.Generator
) -> tuple[Counts, Counts | None, Counts]:
    """Labels and grades of all patients with each kind of outcome, and who has which (S, kinds n).

    Where a learner learns from grades, they go with their labels, in at most three groups of each.
    """
    patients = shuffled.shape[1]
    target = contender.target
    if not contender.estimator.needs_graded or target is None or target.graded is None:
        return np.repeat([0.0, 1.0], patients), None, np.hstack([1 - shuffled, shuffled])
    group = np.full(patients, np.nan)
    for label in (0.0, 1.0):
        rows = np.flatnonzero((target.values == label) & ~np.isnan(target.graded))
        _, place = np.unique(target.graded[rows], return_inverse=True)
        number = int(place.max(initial=0)) + 1
        group[rows] = place * min(number, _GROUPS) // number
    outcomes = np.column_stack([target.values, np.nan_to_num(group, nan=-1.0)])
    kinds, kind = np.unique(outcomes, axis=0, return_inverse=True)
    drawn = np.empty(shuffled.shape, dtype=np.int64)
    for row, y in zip(drawn, shuffled, strict=True):
        for label in (0.0, 1.0):
            row[y == label] = rng.permutation(kind.ravel()[target.values == label])
    which = np.hstack([(drawn == k).astype(np.float64) for k in range(len(kinds))])
    graded = np.where(kinds[:, 1] < 0, np.nan, kinds[:, 1])
    return np.repeat(kinds[:, 0], patients), np.repeat(graded, patients), which


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
