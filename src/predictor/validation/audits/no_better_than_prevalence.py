"""Does any learner do better than giving everybody the prevalence?"""

from __future__ import annotations

import numpy as np

from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.choice import predicts


def _rule(evidence: Evidence) -> Ruling:
    subject = evidence.subject
    if subject is None:
        return Ruling("issue", "no learner tells patients apart, so there is nothing to compare.")
    loss = subject.performance.estimates["log_loss"].estimate
    low = subject.performance.estimates["auroc"].low
    shown = predicts(subject.performance, evidence.prevalence_log_loss)
    start = "no interval" if np.isnan(low) else f"interval from {low:.2f}"
    return Ruling(
        "passed" if shown else "issue",
        f"{subject.name}: AUROC with {start}, log loss {loss:.3f} against "
        f"{evidence.prevalence_log_loss:.3f}.",
        subject.name,
    )


AUDIT = Audit(
    code="no_better_than_prevalence",
    title="no better than the prevalence",
    threshold="issue unless the 95 % interval of the AUROC lies above one half and the log loss is "
    "below that of the prevalence; own rule, tested in docs/honesty.md",
    reference="Gneiting and Raftery 2007, J Am Stat Assoc 102:359, doi 10.1198/016214506000001437",
    rule=_rule,
)
