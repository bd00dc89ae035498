"""How many labels rest on a report of success and on nothing that was measured?"""

from __future__ import annotations

from predictor.disclosure import in_words
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict

_TIP = 0.10
_ISSUE = 0.25


def _rule(evidence: Evidence) -> Ruling:
    outcome = evidence.study.outcome
    if outcome.reported is None:
        return Ruling("not_applicable", "the study file names no criterion under outcome.reported.")
    met = {name: found == 1 for name, found in evidence.cohort.criteria.items()}
    alone_met = (evidence.cohort.labels == 1) & met.pop(outcome.reported)
    for measured in met.values():
        alone_met &= ~measured
    alone = int(alone_met.sum())
    share = alone / evidence.events
    verdict: Verdict = "issue" if share >= _ISSUE else "tip" if share >= _TIP else "passed"
    return Ruling(
        verdict,
        f"{in_words(alone)} of {evidence.events} events rest on {outcome.reported} alone, without "
        f"{' or '.join(met) or 'another criterion'}.",
    )


AUDIT = Audit(
    code="report_only_labels",
    title="labels that rest on a report alone",
    threshold="tip from a tenth of the events, issue from a quarter; own rule",
    reference="PROBAST+AI, Moons et al. 2025, BMJ 388:e082505, doi 10.1136/bmj-2024-082505",
    rule=_rule,
    before_training=True,
)
