"""Do folds test models of later patients in earlier ones?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from predictor import statistics
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.resamples import Counts

_YEAR = 365  # days


def _rule(evidence: Evidence) -> Ruling:
    asked = evidence.study.validation.forward
    dates = [
        column.name
        for column in evidence.study.known()
        if column.type == "date"
        and column.role == "value"
        and column in evidence.cohort.eligible.columns
    ]
    if asked is not None:
        return Ruling("passed", f"validation.forward tests in later patients, by {asked}.")
    if not dates:
        return Ruling("not_applicable", "the dictionary has no date that is known at the start.")
    apart = {name: days for name in dates if _span(days := _days(evidence, name)) > _YEAR}
    if not apart:
        return Ruling("passed", "no date of the dictionary has patients more than a year apart.")
    trends = {name: _trend(evidence.y, days) for name, days in apart.items()}
    name = next((name for name, trend in trends.items() if trend), next(iter(apart)))
    return Ruling(
        "tip",
        f"patients are more than a year apart by {name}{trends[name]}, and folds mix them: if it "
        f"is when they were seen, ask what a model of the earlier ones is worth in the later ones "
        f"(validation: {{forward: {name}}}).",
    )


def _days(evidence: Evidence, name: str) -> Counts:
    """(n,) days since any day of the labelled patients; nan where there is none."""
    dates = evidence.cohort.labelled.table[name].combine_chunks()
    days = dates.cast(pa.int32()).to_numpy(zero_copy_only=False)
    return np.asarray(days, dtype=np.float64)


def _span(days: Counts) -> float:
    known = days[~np.isnan(days)]
    return float(np.ptp(known)) if len(known) else 0.0


def _trend(y: Counts, days: Counts) -> str:
    """In words, whether later patients have the event more, or less, often; empty if not seen."""
    known = ~np.isnan(days)
    if len(np.unique(y[known])) < 2:
        return ""
    ends = statistics.delong_interval(y[known], days[known])
    if ends.low > 0.5:
        return " and the later ones have the event more often"
    if ends.high < 0.5:
        return " and the later ones have the event less often"
    return ""


AUDIT = Audit(
    code="years_mixed",
    title="folds mix years",
    threshold="tip if a date of the dictionary has patients more than 365 days apart and "
    "validation.forward is not asked for; own rule",
    reference="Altman and Royston 2000, Stat Med 19:453, doi "
    "10.1002/(SICI)1097-0258(20000229)19:4<453::AID-SIM350>3.0.CO;2-5",
    rule=_rule,
    before_training=True,
)
