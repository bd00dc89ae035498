"""Are there as many patients as Riley's criteria ask for?"""

from __future__ import annotations

from predictor import statistics
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.audits.size import learned


def _rule(evidence: Evidence) -> Ruling:
    model = learned(evidence)
    if model is None:
        return Ruling("not_applicable", "nothing was learned from covariates.")
    prevalence = evidence.events / evidence.patients
    r2 = statistics.r2_cox_snell_from_auroc(evidence.strength.auroc, prevalence)
    needed = statistics.required_patients(model.parameters, prevalence, r2)
    return Ruling(
        "passed" if evidence.patients >= needed.all_criteria else "tip",
        f"{model}; Riley's criteria ask for {needed.all_criteria}, for "
        f"{evidence.strength.in_words}.",
        model.subject,
    )


AUDIT = Audit(
    code="too_few_patients",
    title="too few patients",
    threshold="tip below the largest of Riley's four criteria, for the lower end of the AUROC that "
    "was shown, or 0.70",
    reference="Riley et al. 2020, BMJ 368:m441, doi 10.1136/bmj.m441",
    rule=_rule,
    before_training=True,
    of_rows=False,
)
