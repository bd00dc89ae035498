"""Did the learner fail on some of the samples?"""

from __future__ import annotations

from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict

_ISSUE = 0.10  # no interval is given beyond it either


def _rule(evidence: Evidence) -> Ruling:
    subject = evidence.subject
    if subject is None:
        return Ruling("not_applicable", "no learner tells patients apart.")
    share = subject.failed / subject.replicates
    verdict: Verdict = "issue" if share > _ISSUE else "tip" if subject.failed else "passed"
    return Ruling(
        verdict,
        f"{subject.failed} of {subject.replicates} samples gave no model.",
        subject.name,
    )


AUDIT = Audit(
    code="failed_replicates",
    title="failed replicates",
    threshold="tip if any sample gave no model, issue if more than a tenth; own rule",
    reference="Efthimiou et al. 2024, BMJ 386:e078276, doi 10.1136/bmj-2023-078276",
    rule=_rule,
    of_rows=False,
)
