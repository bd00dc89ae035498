"""The PROBAST+AI worksheet of a run: evidence is filled in, judgement is left to a person.

References
----------
Moons et al. 2025, BMJ 388:e082505, doi 10.1136/bmj-2024-082505.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from predictor.disclosure import shown
from predictor.report import procedure
from predictor.report.groups_in_words import groupings_of
from predictor.results import TrainingResult
from predictor.results.words import NONE, listed, span

TO_JUDGE = "TO BE JUDGED"
ANSWERS = (
    "Y yes, PY probably yes, PN probably no, N no, NI no information; not applicable only where a "
    "question is conditional"
)
DOMAINS = {1: "Participants and data", 2: "Predictors", 3: "Outcome", 4: "Analysis"}
_PERSON = "Not known to software."

Report = TrainingResult
Part = Literal["development", "evaluation"]


@dataclass(frozen=True)
class Question:
    """A signalling question with the evidence of the run.

    Attributes
    ----------
    part
        ``development`` asks about quality, ``evaluation`` about risk of bias.
    number
        ``D4.5``: part, domain, place.
    question
        Paraphrased.
    """

    part: Part
    number: str
    domain: int
    question: str
    evidence: str


def probast(report: Report) -> tuple[Question, ...]:
    """All 34 questions; none is answered."""
    parts: dict[Part, Asked] = {"development": _DEVELOPMENT, "evaluation": _EVALUATION}
    found = []
    for part, fourth in parts.items():
        letter = part[0].upper()
        for domain, questions in {**_SHARED, 4: fourth}.items():
            found += [
                Question(
                    part,
                    f"{letter}{domain}.{place}",
                    domain,
                    asked,
                    evidence(report),
                )
                for place, (asked, evidence) in enumerate(questions, start=1)
            ]
    return tuple(found)


def _person(_report: Report) -> str:
    return _PERSON


def _eligibility(report: Report) -> str:
    data = report.data
    steps = [f"{step.rule}: {step.excluded}" for step in data.exclusions]
    filtered = f" Excluded by rule: {'; '.join(steps)}." if steps else " No rule of eligibility."
    return f"{data.rows} rows, {data.eligible} eligible.{filtered}"


def _available(report: Report) -> str:
    return (
        f"Every covariate is computed from columns declared as known at {report.predict_at} or "
        "before, in a database without the others."
    )


def _alike(report: Report) -> str:
    derived = "The same SQL" if report.pipeline_given else "The same columns"
    return f"{derived} and the same trained steps for every patient, trained on or scored."


def _rule(report: Report) -> str:
    return f"One SQL rule for every patient. Rule: {report.rule}."


def _defined(report: Report) -> str:
    alternatives = report.data.alternatives.items()
    changed = [f"{name} changes {shown(a.differs)} labels" for name, a in alternatives]
    return f"Other definitions: {'; '.join(changed)}." if changed else "No other definition."


def _separate(report: Report) -> str:
    return (
        "Software sees the times of columns only: nothing known after "
        f"{report.predict_at} is a predictor. Whether the outcome was assessed without "
        "knowledge of predictors, or contains one (a change from baseline does), is for a person."
    )


def _interval(report: Report) -> str:
    times, start, end = report.timepoints, report.predict_at, report.outcome_known_at
    return f"From {start} ({times[start]}) to {end} ({times[end]})."


def _size(report: Report) -> str:
    size, events = report.sample_size, report.data.events
    return (
        f"{size.patients} patients, {events} events, {size.parameters} parameters; Riley's "
        f"criteria ask for {size.required.all_criteria}."
    )


def _size_evaluation(report: Report) -> str:
    data = report.data
    widths = [
        f"{name} {span(facts.metrics['auroc'])}"
        for name, facts in report.learners.items()
        if not facts.constant
    ]
    return (
        f"{data.labelled} patients, {data.events} events. 95 % intervals of AUROC: "
        f"{'; '.join(widths) or NONE}."
    )


def _columns(report: Report) -> str:
    if not report.pipeline_given:
        return "Numbers as in the table; categories by their declared levels."
    return (
        "Numbers as the SQL gives them, which may cut them; categories by their declared levels; "
        "read the SQL at the end of this page."
    )


def _missing(report: Report) -> str:
    gaps = [f"{c.name} {c.missing}" for c in procedure.gaps(report)]
    missing = f" Missing: {', '.join(gaps)}." if gaps else ""
    return f"{procedure.unlabelled(report)} {procedure.imputation(report)}{missing}"


def _overfitting(report: Report) -> str:
    moved = [
        f"{name} {100 * facts.instability_mape:.0f} points"
        for name, facts in report.learners.items()
        if facts.parameters and facts.instability_mape is not None
    ]
    tuned = procedure.tuned(report)
    chosen = f"A penalty or a size tuned inside every training of {listed(tuned)}."
    nothing = "No penalty or size was tuned."
    return f"{chosen if tuned else nothing} Instability: {'; '.join(moved) or NONE}."


def _not_apparent(report: Report) -> str:
    source = procedure.cross_validation(report)
    return f"Headline from {source}; apparent values are shown only beside it."


def _leakage(report: Report) -> str:
    return (
        "No step learns from a patient it is tested on; copies of a patient stay on one side. "
        f"{procedure.together(report)}"
    )


def _every_step(report: Report) -> str:
    where = "every fold and resample"
    if not report.plan.interval_refit:
        where = "every fold and bootstrap sample; resamples for the interval train no further model"
    return f"Repeated in {where}: {procedure.steps(report)}."


def _measures(report: Report) -> str:
    """Which kinds of measure some learner has an estimate of, and which none has."""
    known = {
        name.partition("@")[0]
        for facts in report.learners.values()
        for name, row in facts.metrics.items()
        if row.estimate is not None
    }
    kinds = {
        "discrimination": "auroc",
        "calibration": "calibration_intercept",
        "net benefit": "net_benefit",
    }
    lacking = [kind for kind, name in kinds.items() if name not in known]
    said = f"Reported: {', '.join(kind for kind in kinds if kind not in lacking)}."
    if lacking:
        said += f" Not estimable from these patients: {', '.join(lacking)}."
    groupings = groupings_of(report)
    return f"{said} In groups: {listed(groupings) if groupings else 'none declared'}."


Asked = tuple[tuple[str, Callable[[Report], str]], ...]

_SHARED: Mapping[int, Asked] = {
    1: (
        ("Was the source of the data appropriate?", _person),
        ("Was the design of the study appropriate?", _person),
        ("Are those included and excluded representative?", _eligibility),
    ),
    2: (
        ("Were predictors defined and assessed alike for all?", _person),
        ("Were predictors preprocessed alike for all?", _alike),
        ("Were predictors assessed without knowledge of the outcome?", _person),
        ("Are all predictors available when the model is meant to be used?", _available),
    ),
    3: (
        ("Was the outcome defined properly?", _defined),
        ("Was it defined and assessed alike for all?", _rule),
        ("Was it free of predictors and of knowledge of them?", _separate),
        ("Was the time between predictors and outcome right?", _interval),
    ),
}
_DEVELOPMENT: Asked = (
    ("Was the sample large enough?", _size),
    ("Were continuous and categorical predictors handled properly?", _columns),
    ("Were missing and censored data handled properly?", _missing),
    ("If imbalance was corrected for, was the model recalibrated?", procedure.imbalance),
    ("Was overfitting addressed?", _overfitting),
)
_EVALUATION: Asked = (
    ("Was more than apparent performance measured?", _not_apparent),
    ("Was the sample large enough?", _size_evaluation),
    ("Were missing data handled properly?", _missing),
    ("Was the model tested at the uncorrected prevalence?", procedure.imbalance),
    ("Was leakage avoided?", _leakage),
    ("Did resampling repeat every step?", _every_step),
    ("Were calibration, discrimination and net benefit measured?", _measures),
)
