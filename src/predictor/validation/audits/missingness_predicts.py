"""Does it say something about the outcome that a value is missing?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from predictor.disclosure import in_words
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, p_value
from predictor.validation.resamples import Counts

Numbers = npt.NDArray[Any]

_TIP = 0.05
_ISSUE = 0.01
_SHUFFLES = 1999
_SHARE_SHOWN = 5  # patients, at least, on either side


def _rule(evidence: Evidence) -> Ruling:
    covariates = evidence.matrix.covariates
    missing = np.isnan(evidence.matrix.X[:, [c.start for c in covariates]])
    gappy = np.flatnonzero(missing.any(axis=0))
    if not len(gappy):
        return Ruling("not_applicable", "no covariate has a missing value.")
    # patients with the same gaps are alike here, so a shuffle only deals events out to patterns
    patterns, which = np.unique(missing[:, gappy], axis=0, return_inverse=True)
    which = which.reshape(-1)
    sizes = np.bincount(which)
    dealt = evidence.rng("missingness_predicts").multivariate_hypergeometric(
        sizes, evidence.events, _SHUFFLES, method="marginals"
    )
    observed = np.bincount(which, evidence.y)
    prevalence = evidence.events / evidence.patients
    distance = _distance(observed[None], sizes, patterns.astype(float), prevalence)[0]
    by_chance = _distance(dealt, sizes, patterns.astype(float), prevalence)
    p = (1 + int((by_chance.max(axis=1) >= distance.max() - 1e-9).sum())) / (1 + _SHUFFLES)
    worst = int(np.argmax(distance))
    numbers = f"{covariates[gappy[worst]].name} ({p_value(p)} over {len(gappy)} with gaps)"
    if p >= _TIP:
        return Ruling("passed", f"gaps are not tied to the outcome; nearest is {numbers}.")
    gap = missing[:, gappy[worst]]
    shares = f"missing in {in_words(int(gap.sum()))}"
    if min(gap.sum(), (~gap).sum()) >= _SHARE_SHOWN:
        with_event = [100 * evidence.y[group].mean() for group in (gap, ~gap)]
        shares += ", {:.0f} % with the event against {:.0f} % where known".format(*with_event)
    return Ruling(
        "issue" if p < _ISSUE else "tip",
        f"whether a value is missing tells about the outcome: {numbers}; {shares}.",
    )


def _distance(events: Numbers, sizes: Numbers, patterns: Counts, prevalence: float) -> Counts:
    """How far events among patients with a gap are from chance, (..., gaps), in deviations."""
    n = sizes.sum()
    gaps = sizes @ patterns
    spread = np.sqrt(gaps * prevalence * (1 - prevalence) * (n - gaps) / max(n - 1, 1))
    off = np.abs(events @ patterns - gaps * prevalence)
    distance: Counts = np.divide(off, spread, out=np.zeros_like(off), where=spread > 0)
    return distance


AUDIT = Audit(
    code="missingness_predicts",
    title="missing values predict",
    threshold="tip if p < 0.05, issue if p < 0.01, over all covariates together; own rule",
    reference="Sisk et al. 2023, Stat Methods Med Res 32:1461, doi 10.1177/09622802231165001",
    rule=_rule,
    before_training=True,
)
