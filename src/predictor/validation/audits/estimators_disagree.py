"""Do the ways of estimating the AUROC agree?"""

from __future__ import annotations

import numpy as np

from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict

_TIP = 0.05
_ISSUE = 0.10


def _rule(evidence: Evidence) -> Ruling:
    subject = evidence.subject
    if subject is None:
        return Ruling("not_applicable", "no learner tells patients apart.")
    auroc = subject.performance.estimates["auroc"]
    both = {"optimism-corrected": auroc.optimism_corrected, ".632+": auroc.bootstrap_632plus}
    others = {name: value for name, value in both.items() if not np.isnan(value)}
    if not others:
        return Ruling("not_applicable", "there is no other estimate.", subject.name)
    apart = max(abs(value - auroc.estimate) for value in others.values())
    verdict: Verdict = "issue" if apart > _ISSUE else "tip" if apart > _TIP else "passed"
    numbers = ", ".join(f"{value:.2f} {name}" for name, value in others.items())
    return Ruling(
        verdict,
        f"AUROC {auroc.estimate:.2f} cross-validated, {numbers}.",
        subject.name,
    )


AUDIT = Audit(
    code="estimators_disagree",
    title="estimators disagree",
    threshold="tip if the optimism-corrected or the .632+ AUROC is more than 0.05 from the "
    "cross-validated one, issue if more than 0.10; own rule",
    reference="Iba et al. 2021, BMC Med Res Methodol 21:9, doi 10.1186/s12874-020-01201-w",
    rule=_rule,
    of_rows=False,
)
