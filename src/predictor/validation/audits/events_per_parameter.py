"""How many events are there for every parameter?"""

from __future__ import annotations

from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict
from predictor.validation.audits.size import learned
from predictor.validation.audits.width import advice

_TIP = 10
_ISSUE = 5


def _rule(evidence: Evidence) -> Ruling:
    model = learned(evidence)
    if model is None:
        return Ruling("not_applicable", "nothing was learned from covariates.")
    ratio = model.rarer / model.parameters
    verdict: Verdict = "issue" if ratio < _ISSUE else "tip" if ratio < _TIP else "passed"
    return Ruling(
        verdict,
        f"{ratio:.1f} patients of the rarer label for each of {model.in_words}."
        f"{advice(model, evidence.eligible.columns)}",
        model.subject,
    )


AUDIT = Audit(
    code="events_per_parameter",
    title="events per parameter",
    threshold="tip below 10 (Peduzzi 1996, doi 10.1016/S0895-4356(96)00236-3), issue below 5; a "
    "rule of thumb, for the sound criteria see expected_shrinkage and too_few_patients",
    reference="Vittinghoff and McCulloch 2007, Am J Epidemiol 165:710, doi 10.1093/aje/kwk052",
    rule=_rule,
    before_training=True,
    of_rows=False,
)
