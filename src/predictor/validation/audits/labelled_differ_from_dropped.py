"""Are the patients without a label like those with one?"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from predictor.disclosure import in_words
from predictor.statistics import standardised_difference
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.resamples import Counts

_APART = 0.25
_LEVEL = 0.05
_MANY = 0.20  # share of eligible patients without a label
_FEWEST = 5


def _rule(evidence: Evidence) -> Ruling:
    without, with_label = int(evidence.dropped.sum()), evidence.patients
    if without < _FEWEST:
        return Ruling(
            "not_applicable",
            f"{in_words(without)} eligible patients have no label: too few to compare.",
        )
    X = evidence.eligible.X
    difference = _differences(X[~evidence.dropped], X[evidence.dropped])
    if np.isnan(difference).all():
        return Ruling("not_applicable", "no covariate is known for 5 patients on either side.")
    worst = int(np.nanargmax(np.abs(difference)))
    # so many differences are looked at that the largest is beyond 0.25 by chance in small groups
    chance = NormalDist().inv_cdf(1 - _LEVEL / 2 / len(difference))
    chance *= float(np.sqrt(1 / with_label + 1 / without))
    numbers = (
        f"{in_words(without)} without a label, {with_label} with; largest standardised difference "
        f"{difference[worst]:+.2f} in {evidence.eligible.columns[worst]}"
    )
    if abs(difference[worst]) <= max(_APART, chance):
        return Ruling("passed", f"no more different than by chance: {numbers}.")
    return Ruling(
        "issue" if without > _MANY * (with_label + without) else "tip",
        f"results hold for patients like those with a label: {numbers}.",
    )


def _differences(labelled: Counts, dropped: Counts) -> Counts:
    """Standardised difference of every column, dropped minus labelled; nan where few are known."""
    found = []
    for kept, lost in zip(labelled.T, dropped.T, strict=True):
        known = min((~np.isnan(kept)).sum(), (~np.isnan(lost)).sum())
        found.append(standardised_difference(lost, kept) if known >= _FEWEST else float("nan"))
    return np.array(found)


AUDIT = Audit(
    code="labelled_differ_from_dropped",
    title="the labelled differ from the dropped",
    threshold="tip if a standardised difference is beyond 0.25 and beyond chance (5 % over all "
    "columns), issue if also more than a fifth have no label",
    reference="Stuart 2010, Stat Sci 25:1, doi 10.1214/09-STS313",
    rule=_rule,
    before_training=True,
)
