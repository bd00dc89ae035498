"""How much would another sample move the probabilities?"""

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
    moved = subject.instability
    if np.isnan(moved):
        return Ruling("not_applicable", "no bootstrap replicate gave a model.", subject.name)
    verdict: Verdict = "issue" if moved > _ISSUE else "tip" if moved > _TIP else "passed"
    return Ruling(
        verdict,
        f"another sample would move a typical patient's probability by {100 * moved:.0f} points.",
        subject.name,
    )


AUDIT = Audit(
    code="instability",
    title="instability",
    threshold="tip above a mean absolute change of 0.05, the precision of Riley's fourth criterion "
    "(doi 10.1136/bmj.m441), issue above 0.10; own rule",
    reference="Riley and Collins 2023, Biom J 65:2200302, doi 10.1002/bimj.202200302",
    rule=_rule,
    of_rows=False,
)
