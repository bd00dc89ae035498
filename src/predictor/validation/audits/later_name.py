"""Does a name speak of a later time than the dictionary says?"""

from __future__ import annotations

import re

from predictor.cohort import needed_columns
from predictor.study import Study
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling

# words of the treatment and of what comes after it, in names of columns from pain clinics
_LATER = (
    r"dose|infusion|post(?:op|operative|treatment)?|follow_?up|respon(?:se|ders?)"
    r"|success(?:ful)?|gpe|pgic|stopped"
)
_EARLIER = r"baseline|before|earlier|history|pre|previous|prior"


def _rule(evidence: Evidence) -> Ruling:
    study = evidence.study
    first = next(iter(study.timepoints))
    names = {
        c.name: c.known_at or study.predict_at for c in needed_columns(study) if c.role == "value"
    }
    names |= {c.name: study.predict_at for c in evidence.eligible.covariates if c.name not in names}
    wrong, doubtful = [], []
    for name, known_at in names.items():
        later = [point for point in study.timepoints if study.later(point, known_at)]
        spoken = next((point for point in later if _speaks(name, re.escape(point))), None)
        if spoken is not None:
            wrong.append(f"{name} (known at {known_at}) speaks of {spoken}")
        elif known_at == first and _speaks(name, _LATER) and not _excused(name, study):
            doubtful.append(f"{name} (known at {known_at}) sounds like the treatment or later")
    if not wrong and not doubtful:
        return Ruling("passed", f"none of {len(names)} names speaks of a later time.")
    return Ruling("issue" if wrong else "tip", f"{'; '.join([*wrong, *doubtful])}.")


def _excused(name: str, study: Study) -> bool:
    first = next(iter(study.timepoints))
    return _speaks(name, _EARLIER) or _speaks(name, re.escape(first))


def _speaks(name: str, words: str) -> bool:
    """Whether one of the words is a whole word of the name, as in ``pain_T1`` or ``painT1``."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z0-9]+", "_", name)
    return re.search(rf"(?:^|_)(?:{words})(?:_|$)", apart, re.IGNORECASE) is not None


AUDIT = Audit(
    code="later_name",
    title="a name speaks of a later time",
    threshold="issue for the name of a later time point, tip for a word of the treatment or its "
    "result in a column known at the first time point; own rule",
    reference="PROBAST+AI, Moons et al. 2025, BMJ 388:e082505, doi 10.1136/bmj-2024-082505",
    rule=_rule,
    before_training=True,
    of_rows=False,
)
