"""Does a value of a covariate belong to so few patients that the model would be about them?"""

from __future__ import annotations

from predictor.cohort import few_holders
from predictor.disclosure import FEW_IN_WORDS, FEWEST
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling


def _rule(evidence: Evidence) -> Ruling:
    found = few_holders(evidence.matrix)
    if not found:
        return Ruling("passed", f"every value that counts has {FEWEST} patients or more.")
    named = "; ".join(map(str, found))
    return Ruling(
        "tip",
        f"{FEW_IN_WORDS} labelled patients have it, so it is taken as another value: {named}.",
    )


AUDIT = Audit(
    code="few_holders",
    title="a value that very few patients have",
    threshold=f"tip for a level, a side of a flag, or all values but one of a number, of 1 to "
    f"{FEWEST - 1} labelled patients; own rule, with the floor of published tables of counts",
    reference="Hundepool et al. 2012, Statistical Disclosure Control, doi 10.1002/9781118348239",
    rule=_rule,
    before_training=True,
)
