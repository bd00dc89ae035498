"""Is the model better than what anybody could use?"""

from __future__ import annotations

import numpy as np

from predictor.validation.audits.evidence import Contender, Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict
from predictor.validation.paired_comparisons import compare


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
    both = {c.name: c.performance for c in (subject, best)}
    found = compare(both, subject.name, best.name, "log_loss")
    verdict: Verdict = "issue"
    if found.difference < 0:
        verdict = "tip" if found.within_noise else "passed"
    interval = (
        "no interval"
        if np.isnan(found.low)
        else f"95 % interval {found.low:+.3f} to {found.high:+.3f}"
    )
    return Ruling(
        verdict,
        f"log loss {_log_loss(subject):.3f} of {subject.name} against {_log_loss(best):.3f} of "
        f"{best.name} (difference {found.difference:+.3f}, {interval}).",
        subject.name,
    )


def _log_loss(contender: Contender) -> float:
    return contender.performance.estimates["log_loss"].estimate


AUDIT = Audit(
    code="no_better_than_comparator",
    title="no better than the comparator",
    threshold="issue if the cross-validated log loss is not below that of the best comparator, tip "
    "if the 95 % interval of the paired difference holds 0, as in the table of comparisons; own "
    "rule",
    reference="Hand 2006, Stat Sci 21:1, doi 10.1214/088342306000000060",
    rule=_rule,
    of_rows=False,
)
