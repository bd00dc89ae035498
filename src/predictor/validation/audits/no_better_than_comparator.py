"""Is the model better than what anybody could use?"""

from __future__ import annotations

import numpy as np

from predictor.validation.audits.evidence import Contender, Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict
from predictor.validation.performance import paired_difference

_DEVIATIONS = 1.96


def _rule(evidence: Evidence) -> Ruling:
    subject = evidence.subject
    if subject is None:
        return Ruling("not_applicable", "no learner tells patients apart.")
    simple = [
        c for c in evidence.contenders.values() if c.spec.comparator and not np.isnan(_log_loss(c))
    ]
    if not simple:
        return Ruling(
            "not_applicable", "no trained learner of the study file has comparator: true."
        )
    if subject.spec.comparator:
        return Ruling(
            "issue", f"the best that was found is a comparator, {subject.name}.", subject.name
        )
    best = min(simple, key=_log_loss)
    gain, error = paired_difference(best.performance, subject.performance, "log_loss")
    verdict: Verdict = "issue"
    if gain > 0:
        verdict = "passed" if gain >= _DEVIATIONS * error else "tip"
    return Ruling(
        verdict,
        f"log loss {_log_loss(subject):.3f} of {subject.name} against {_log_loss(best):.3f} of "
        f"{best.name} (difference {-gain:+.3f}, standard error {error:.3f}).",
        subject.name,
    )


def _log_loss(contender: Contender) -> float:
    return contender.performance.estimates["log_loss"].estimate


AUDIT = Audit(
    code="no_better_than_comparator",
    title="no better than the comparator",
    threshold="issue if the cross-validated log loss is not below that of the best comparator, tip "
    "if by less than 1.96 standard errors of the paired difference; own rule",
    reference="Hand 2006, Stat Sci 21:1, doi 10.1214/088342306000000060",
    rule=_rule,
)
