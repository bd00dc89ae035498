"""Does the cluster alone tell who will have the event?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from predictor import statistics
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, p_value
from predictor.validation.resamples import Counts

Numbers = npt.NDArray[Any]

_TIP = 0.05
_ISSUE = 0.70  # AUROC of the cluster's share of events
_SHUFFLES = 1999


def _rule(evidence: Evidence) -> Ruling:
    clusters, y = evidence.clusters, evidence.y
    if clusters is None:
        return Ruling("not_applicable", "the study has no column with role: cluster.")
    sizes, events = np.bincount(clusters), np.bincount(clusters, y)
    if sizes.max() == 1:
        return Ruling("not_applicable", "every cluster is a single patient.")
    dealt = evidence.rng("cluster_as_proxy").multivariate_hypergeometric(
        sizes, evidence.events, _SHUFFLES, method="marginals"
    )
    apart = _heterogeneity(events, sizes)
    p = (1 + int((_heterogeneity(dealt, sizes) >= apart - 1e-9).sum())) / (1 + _SHUFFLES)
    # the share among the other patients of the cluster; of a patient alone, that of everybody
    others = np.maximum(sizes - 1, 1)[clusters]
    share = np.where(sizes[clusters] > 1, (events[clusters] - y) / others, y.mean())
    ranks = float(statistics.auroc(y, share))
    numbers = f"{len(sizes)} clusters, {p_value(p)}, AUROC of the cluster alone {ranks:.2f}"
    if p >= _TIP:
        return Ruling("passed", f"shares of events differ no more than by chance ({numbers}).")
    return Ruling(
        "issue" if ranks >= _ISSUE else "tip",
        f"shares of events differ between clusters ({numbers}): covariates may stand for the "
        f"cluster, which a new place does not have.",
    )


def _heterogeneity(events: Numbers, sizes: Numbers) -> Counts:
    """Sum over clusters of squared deviations from the overall share, per patient."""
    share = events.sum(axis=-1, keepdims=True) / sizes.sum()
    squares: Counts = ((events - sizes * share) ** 2 / sizes).sum(axis=-1)
    return squares


AUDIT = Audit(
    code="cluster_as_proxy",
    title="the cluster predicts",
    threshold="tip if p < 0.05 (permutation), issue if the AUROC of the share of events among the "
    "others of the cluster is also at least 0.70; own rule",
    reference="Bouwmeester et al. 2013, BMC Med Res Methodol 13:19, doi 10.1186/1471-2288-13-19",
    rule=_rule,
    before_training=True,
)
