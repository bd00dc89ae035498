"""How much of the coefficients would be left in new patients?"""

from __future__ import annotations

from predictor import statistics
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.audits.size import learned

_ENOUGH = 0.9


def _rule(evidence: Evidence) -> Ruling:
    model = learned(evidence)
    if model is None:
        return Ruling("not_applicable", "nothing was learned from covariates.")
    strength = evidence.strength
    r2 = statistics.r2_cox_snell_from_auroc(strength.auroc, evidence.events / evidence.patients)
    shrinkage = statistics.expected_shrinkage(evidence.patients, model.parameters, r2)
    return Ruling(
        "passed" if shrinkage >= _ENOUGH else "issue",
        f"{model}: with {strength.in_words} and without a penalty, coefficients would be worth "
        f"{100 * shrinkage:.0f} % of what they look like; 90 % is asked for.",
        model.subject,
    )


AUDIT = Audit(
    code="expected_shrinkage",
    title="expected shrinkage",
    threshold="issue below 0.9, criterion 1 of Riley, for the lower end of the AUROC that was "
    "shown, or 0.70",
    reference="Riley et al. 2019, Stat Med 38:1276, doi 10.1002/sim.7992",
    rule=_rule,
    before_training=True,
    of_rows=False,
)
