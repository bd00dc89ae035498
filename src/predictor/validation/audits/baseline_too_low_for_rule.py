"""Could every patient have met the measured criterion?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from predictor.cohort import Cohort, condition
from predictor.disclosure import in_words
from predictor.errors import DataError
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling

_ISSUE = 0.10


def _rule(evidence: Evidence) -> Ruling:
    outcome, study = evidence.study.outcome, evidence.study
    measured = {n: sql for n, sql in outcome.criteria.items() if n != outcome.reported}
    score = outcome.score.get(outcome.known_at)
    ends = None if score is None else study.column(score).limits
    if not measured or score is None or ends is None:
        return Ruling(
            "not_applicable",
            "needs a measured criterion under outcome.criteria, and outcome.score with a range.",
        )
    known = evidence.cohort.eligible.as_of(outcome.known_at)
    never = ~evidence.dropped
    try:
        for end in ends:
            extreme = _with(known, score, end)
            for name, sql in measured.items():
                met = condition(extreme, sql, f"{study.file}: outcome.criteria.{name}")
                never &= met == 0  # a gap in what came before leaves it open
    except DataError:  # a criterion may be right and yet have no value at the end of the range
        return Ruling("not_applicable", f"a criterion fails at the ends of the range of {score}.")
    if any((evidence.cohort.criteria[name][never] == 1).any() for name in measured):
        return Ruling("not_applicable", f"a criterion is met only inside the range of {score}.")
    lost = int(never.sum())
    if not lost:
        return Ruling("passed", f"every patient could have met {' or '.join(measured)}.")
    return Ruling(
        "issue" if lost > _ISSUE * evidence.patients else "tip",
        f"{in_words(lost)} of {evidence.patients} labelled patients could not have met "
        f"{' or '.join(measured)}, whatever {score} had become: they start too low.",
    )


def _with(cohort: Cohort, name: str, value: float) -> Cohort:
    """The cohort with one value in a column for everybody."""
    table = cohort.table
    place = table.column_names.index(cohort.study.column(name).name)
    same = pa.array(np.full(len(cohort), value)).cast(table.schema.field(place).type, safe=False)
    changed = table.set_column(place, table.schema.field(place), same)
    return Cohort(cohort.study, cohort.columns, changed, cohort.rows)


AUDIT = Audit(
    code="baseline_too_low_for_rule",
    title="baseline too low for the rule",
    threshold="tip if any patient could not meet the criterion, issue if more than a tenth; own "
    "rule",
    reference="Farrar et al. 2001, Pain 94:149, doi 10.1016/S0304-3959(01)00349-9",
    rule=_rule,
    before_training=True,
)
