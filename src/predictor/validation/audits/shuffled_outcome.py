"""What does the whole procedure find when the outcomes are shuffled?"""

from __future__ import annotations

import numpy as np

from predictor import statistics
from predictor.validation.audits.evidence import Contender, Evidence, auroc
from predictor.validation.audits.finding import Audit, Ruling, p_value
from predictor.validation.resamples import Counts, deal

_SHUFFLES, _FEWER_SHUFFLES = 199, 99
# patients times squared columns, which is what a fit costs, from where on fewer shuffles must do
_COSTLY = 20_000
_FOLDS = 5
_LEVEL = 0.05
# how far the mean may be from one half; further off, the procedure sees what it must not see
_TOLERANCE, _STANDARD_ERRORS = 0.03, 4
# with more patients the interval of the AUROC is short, and shuffling would take minutes
_MOST_PATIENTS = 2000


def _rule(evidence: Evidence) -> Ruling:
    fast = [
        c
        for c in evidence.contenders.values()
        if c.parameters and c.estimator.quick and not np.isnan(auroc(c))
    ]
    if not fast:
        return Ruling(
            "not_applicable", "no learner can be trained a thousand times more in a few seconds."
        )
    if evidence.clusters is not None:
        return Ruling(
            "not_applicable",
            "outcomes of one cluster may be alike, and shuffled ones would not be.",
        )
    if evidence.patients > _MOST_PATIENTS:
        return Ruling("not_applicable", f"not needed with more than {_MOST_PATIENTS:,} patients.")
    rng = evidence.rng("shuffled_outcome")
    cost = max(evidence.patients * c.X.shape[1] ** 2 for c in fast)
    shuffles = _SHUFFLES if cost <= _COSTLY else _FEWER_SHUFFLES
    shuffled = np.array([rng.permutation(evidence.y) for _ in range(shuffles)])
    found = np.array([_cross_validated(c, shuffled, rng) for c in fast])
    means = _mean(found, otherwise=0.5)
    errors = np.sqrt(_mean((found - 0.5) ** 2, otherwise=0.0) / shuffles)
    off = np.abs(means - 0.5) / np.maximum(_TOLERANCE, _STANDARD_ERRORS * errors)
    astray = int(np.argmax(off))
    if off[astray] > 1:
        return Ruling(
            "issue",
            f"the mean AUROC is {means[astray]:.2f} when outcomes are shuffled, and should be "
            f"0.50: the procedure sees the outcome somewhere.",
            fast[astray].name,
        )
    # the best learner is compared with the best of all learners on each shuffle: of several
    # learners one is good by chance more often
    best = max(fast, key=auroc)
    highest = np.fmax.reduce(found, axis=0)
    # a shuffle on which every learner failed counts against them
    p = (1 + int((~(highest < auroc(best))).sum())) / (1 + shuffles)
    numbers = (
        f"AUROC {auroc(best):.2f} of {best.name}; one in 20 shuffles of the outcome has more than "
        f"{np.nanquantile(highest, 0.95):.2f} ({p_value(p)})."
    )
    if p <= _LEVEL:
        return Ruling("passed", numbers, best.name)
    # of a learner that was not shuffled this says nothing
    concerned = evidence.subject is None or evidence.subject.name in {c.name for c in fast}
    return Ruling("issue" if concerned else "tip", numbers, best.name)


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
    title="shuffled outcomes do as well",
    threshold="issue if p > 0.05, or if the mean AUROC with shuffled outcomes is further than 0.03 "
    "and 4 standard errors from 0.5; own rule",
    reference="Permutation test; Phipson and Smyth 2010, Stat Appl Genet Mol Biol 9:39, "
    "doi 10.2202/1544-6115.1585",
    rule=_rule,
)
