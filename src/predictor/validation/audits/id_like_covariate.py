"""Is a covariate a number of the patient, or of the order in which patients came?"""

from __future__ import annotations

import numpy as np

from predictor.cohort import Covariate
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict
from predictor.validation.resamples import Counts

_DISTINCT = 0.95  # share of patients with a whole number nobody else has
_DENSE = 2  # numbers that could be given out per patient
_IN_ORDER = 0.9  # rank correlation with the order of the table
_FEWEST = 20
_FEWEST_PER_LEVEL = 3


def _rule(evidence: Evidence) -> Ruling:
    # in the order of the table, which is the only one that can say something here
    X = evidence.matrix.X[np.argsort(evidence.cohort.labelled.rows)]
    found = [
        (covariate.name, *_like_an_id(covariate, X)) for covariate in evidence.matrix.covariates
    ]
    suspects = [(name, verdict, why) for name, verdict, why in found if verdict != "passed"]
    if not suspects:
        return Ruling("passed", f"none of {len(found)} covariates looks like an identifier.")
    verdict: Verdict = "issue" if any(v == "issue" for _, v, _ in suspects) else "tip"
    named = "; ".join(f"{name} {why}" for name, _, why in suspects)
    return Ruling(verdict, f"{named}.")


def _like_an_id(covariate: Covariate, X: Counts) -> tuple[Verdict, str]:
    block = X[:, covariate.start : covariate.stop]
    block = block[~np.isnan(block).any(axis=1)]
    if covariate.kind == "category":
        if len(block) < _FEWEST_PER_LEVEL * len(covariate.levels):
            return "tip", f"has nearly as many levels ({len(covariate.levels)}) as patients"
        return "passed", ""
    value = block[:, 0]
    if covariate.kind == "flag" or len(value) < _FEWEST:
        return "passed", ""
    distinct = np.unique(value)
    numbers = bool((value == np.rint(value)).all()) and len(distinct) >= _DISTINCT * len(value)
    dense = np.ptp(value) < _DENSE * len(value)
    if numbers and dense:
        return "issue", "numbers the patients: whole numbers without large gaps, one for each"
    if len(distinct) > _FEWEST and abs(_rank_correlation(value)) >= _IN_ORDER:
        return "tip", "follows the order of the table, so it may stand for the date of inclusion"
    if numbers:
        return "tip", "is a whole number that is different for nearly every patient"
    return "passed", ""


def _rank_correlation(value: Counts) -> float:
    """Spearman's, with the order of the rows; ties in the order of their value only."""
    ranks = np.unique(value, return_inverse=True)[1].astype(float)
    return float(np.corrcoef(ranks, np.arange(len(value)))[0, 1])


AUDIT = Audit(
    code="id_like_covariate",
    title="a covariate like an identifier",
    threshold="issue for whole numbers, 95 % of them different, within twice the number of "
    "patients; tip if only different, in the order of the table (rank correlation 0.9), or a "
    "category with fewer than 3 patients per level; own rule",
    reference="Kaufman et al. 2012, ACM Trans Knowl Discov Data 6:15, doi 10.1145/2382577.2382579",
    rule=_rule,
    before_training=True,
)
