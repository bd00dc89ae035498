"""Are the patients without a label like those with one?"""

from __future__ import annotations

from predictor.disclosure import FEWEST, in_words
from predictor.validation.audits.dropped import most_apart
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling

_MANY = 0.20  # share of eligible patients without a label


def _rule(evidence: Evidence) -> Ruling:
    without, with_label = int(evidence.dropped.sum()), evidence.patients
    if without < FEWEST:
        return Ruling(
            "not_applicable",
            f"{in_words(without)} eligible patients have no label: too few to compare.",
        )
    apart = most_apart(evidence)
    if apart is None:
        return Ruling("not_applicable", "no covariate is known for 5 patients on either side.")
    numbers = f"{in_words(without)} without a label, {with_label} with; {apart}"
    if not apart.notable:
        return Ruling("passed", f"no more different than by chance: {numbers}.")
    return Ruling(
        "issue" if without > _MANY * (with_label + without) else "tip",
        f"results hold for patients like those with a label: {numbers}.",
    )


AUDIT = Audit(
    code="labelled_differ_from_dropped",
    title="the labelled differ from the dropped",
    threshold="tip if a standardised difference is beyond 0.25 and beyond chance (5 % over all "
    "columns), issue if also more than a fifth have no label",
    reference="Stuart 2010, Stat Sci 25:1, doi 10.1214/09-STS313",
    rule=_rule,
    before_training=True,
)
