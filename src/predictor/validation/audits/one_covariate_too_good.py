"""Does one covariate alone predict the outcome better than is credible?"""

from __future__ import annotations

import numpy as np

from predictor import statistics
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling

_TIP = 0.80
_ISSUE = 0.90
# of either label, among the patients who have the covariate
_FEWEST = 5


def _rule(evidence: Evidence) -> Ruling:
    y, X = evidence.y, evidence.matrix.X
    known = ~np.isnan(X)
    # places in the order of values stand in for probabilities; only the order counts
    place = np.array([np.unique(column, return_inverse=True)[1] for column in X.T]) / len(X)
    alone = statistics.auroc(y, place, weights=known.T.astype(float))
    alone = np.maximum(alone, 1 - alone)
    events = (known * y[:, None]).sum(axis=0)
    alone[np.minimum(events, known.sum(axis=0) - events) < _FEWEST] = np.nan
    if np.isnan(alone).all():
        return Ruling("not_applicable", "no covariate is known for 5 patients of either label.")
    best = int(np.nanargmax(alone))
    columns = evidence.matrix.columns
    if alone[best] < _TIP:
        return Ruling(
            "passed",
            f"the best covariate alone, {columns[best]}, has an AUROC of {alone[best]:.2f}.",
        )
    good = [f"{columns[k]} {alone[k]:.2f}" for k in np.argsort(-alone) if alone[k] >= _TIP]
    return Ruling(
        "issue" if alone[best] >= _ISSUE else "tip",
        f"AUROC of one covariate alone: {', '.join(good[:3])}. Is it really known at "
        f"{evidence.study.predict_at}, and no part of the outcome?",
    )


AUDIT = Audit(
    code="one_covariate_too_good",
    title="one covariate too good to be true",
    threshold="tip from an AUROC of 0.80, issue from 0.90, in either direction; own rule",
    reference="Kapoor and Narayanan 2023, Patterns 4:100804, doi 10.1016/j.patter.2023.100804",
    rule=_rule,
    before_training=True,
)
