"""Does any learner do better than giving everybody the prevalence?"""

from __future__ import annotations

import numpy as np

from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling


def _rule(evidence: Evidence) -> Ruling:
    subject = evidence.subject
    if subject is None:
        return Ruling("issue", "no learner tells patients apart, so there is nothing to compare.")
    loss = subject.performance.estimates["log_loss"].estimate
    own, counted_in = subject.performance.estimates["auroc"].low, evidence.lowest
    ends = "no interval" if np.isnan(own) else f"interval from {own:.2f}"
    if (several := len(evidence.candidates)) > 1:
        other = "none" if np.isnan(counted_in) else f"{counted_in:.2f}"
        ends += f" ({other} with the choice among {several} learners counted in)"
    return Ruling(
        "passed" if evidence.shown else "issue",
        f"{subject.name}: AUROC with {ends}, log loss {loss:.3f} against "
        f"{evidence.prevalence_log_loss:.3f}.",
        subject.name,
    )


AUDIT = Audit(
    code="no_better_than_prevalence",
    title="no better than the prevalence",
    threshold="issue unless the 95 % interval of the AUROC lies above one half, its own and that "
    "with the choice among several learners counted in, and the log loss is below that of the "
    "prevalence; own rule, tested in docs/honesty.md",
    reference="Gneiting and Raftery 2007, J Am Stat Assoc 102:359, doi 10.1198/016214506000001437",
    rule=_rule,
    of_rows=False,
)
