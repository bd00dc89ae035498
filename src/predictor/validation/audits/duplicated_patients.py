"""Are there patients who have everything in common but their identifier?"""

from __future__ import annotations

from math import exp, prod

import numpy as np
import pyarrow as pa

from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, count
from predictor.validation.resamples import Integers

_LEVEL = 0.05


def _rule(evidence: Evidence) -> Ruling:
    study = evidence.study
    known = evidence.cohort.eligible.as_of(study.predict_at)
    names = [c.name for c in known.columns if c.role != "id"]
    same = _groups(known.table, names)
    patients = int(same[same > 1].sum())
    if not patients:
        return Ruling("passed", f"no two patients agree in all {len(names)} columns.")
    # as if columns had nothing to do with each other: too few coincidences, never too many
    expected = _pairs(np.array([len(known)])) * prod(
        _pairs(_groups(known.table, [name])) / _pairs(np.array([len(known)])) for name in names
    )
    if 1 - exp(-expected) >= _LEVEL:
        return Ruling(
            "not_applicable",
            f"the {len(names)} columns known at {study.predict_at} do not tell patients apart: "
            f"some agree by coincidence.",
        )
    return Ruling(
        "issue",
        f"{count(patients)} patients agree in all {len(names)} columns known at "
        f"{study.predict_at} with another: one patient under two identifiers?",
    )


def _groups(table: pa.Table, names: list[str]) -> Integers:
    """How many rows share each combination of values; a gap is a value of its own."""
    counted = table.select(names).group_by(names, use_threads=False).aggregate([([], "count_all")])
    numbers: Integers = counted["count_all"].to_numpy()
    return numbers


def _pairs(groups: Integers) -> float:
    """How many pairs of rows are in one group."""
    return float((groups * (groups - 1) / 2).sum())


AUDIT = Audit(
    code="duplicated_patients",
    title="duplicated patients",
    threshold="issue if patients agree in every column known at prediction, unless that is likely "
    "(5 %) by coincidence; own rule",
    reference="Kapoor and Narayanan 2023, Patterns 4:100804, doi 10.1016/j.patter.2023.100804",
    rule=_rule,
    before_training=True,
)
