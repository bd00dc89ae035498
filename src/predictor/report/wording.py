"""What the measures are called."""

from __future__ import annotations

from predictor.measures import measure_named
from predictor.results import Estimate, LearnerResult, SampleSize, TrainingResult
from predictor.results.words import count, number, percent, span, with_interval
from predictor.validation import metric_of


def measure(name: str) -> tuple[str, str]:
    """What a measure in ``report.json`` is called, and how to read it.

    Examples
    --------
    >>> measure("net_benefit@0.3")
    ('Net benefit at 30 %', '0 is treating nobody')
    """
    found = measure_named(name)
    return (_bare(name), "") if found is None else (found.called, metric_of(found).reading)


def measure_title(name: str) -> str:
    """What it is called at whatever threshold.

    Examples
    --------
    >>> measure_title("net_benefit@0.3")
    'Net benefit'
    """
    found = measure_named(name)
    return _bare(name) if found is None else found.title


def choice_counted_in(report: TrainingResult) -> str | None:
    """AUROC of the subject with the choice among learners counted in; None if there was none.

    Examples
    --------
    ``AUROC with the choice among 3 learners counted in: 0.62 (0.39 to 0.84). Of ridge alone: 0.66
    (0.43 to 0.88); it was the one in 55 % of resampled cohorts.``
    """
    found, name = report.repeated_choice, report.subject
    if found is None or name is None or len(found.chosen) == 1:
        return None
    if found.estimate is None:
        return f"AUROC with the choice among learners counted in: none, as {found.note}."
    alone = with_interval(report.learners[name].metrics["auroc"])
    return (
        f"AUROC with the choice among {len(found.chosen)} learners counted in: "
        f"{with_interval(found)}. Of {name} alone: {alone}; it was the one in "
        f"{percent(found.chosen.get(name))} of resampled cohorts."
    )


def trained_by_part(report: TrainingResult) -> str | None:
    """That nobody had all patients, and what that changes; None of a training in memory.

    Examples
    --------
    ``Trained by part, 12 files: 14 audits were not done, and the AUROC of ridge is off by at most
    0.00038 as patients were counted in bins; the report says more.``
    """
    found, name = report.by_part, report.subject or report.champion
    if found is None:
        return None
    undone = len(found.audits_not_done)
    error = found.errors.get(name, {}).get("auroc")
    off = (
        ""
        if error is None
        else f", and the AUROC of {name} is off by at most {error:.2g} as patients were counted "
        "in bins"
    )
    return (
        f"Trained by part, {count(found.parts, 'file')}: {count(undone, 'audit')} "
        f"{'was' if undone == 1 else 'were'} not done{off}; the report says more."
    )


def _bare(name: str) -> str:
    """The name of a measure that is not known here, of another version of the program."""
    return name.replace("_", " ")


def assumed_auroc(size: SampleSize) -> str:
    """The AUROC that patients required are counted with, and where it comes from."""
    return f"an AUROC of {number(size.assumed_auroc)} ({size.assumed_because})"


def calibration_in_words(facts: LearnerResult) -> tuple[str, str]:
    """Whether probabilities are right on average, and whether they are too extreme."""
    ratio, slope = facts.metrics["observed_expected"], facts.metrics["calibration_slope"]
    if ratio.estimate is None:
        average = "Whether probabilities are right on average cannot be told."
    else:
        reading = _side(ratio, 1, "they are too high on average", "they are too low on average")
        average = (
            f"{number(ratio.estimate)} events for each one expected ({span(ratio)}): "
            f"{reading or 'right on average, as far as so many patients can tell'}."
        )
    if slope.estimate is None:
        why = (
            f": it {slope.note.split(';')[0].removeprefix('not estimable: ')}" if slope.note else ""
        )
        return average, f"Whether they are too extreme cannot be told{why}."
    reading = _side(slope, 1, "they are too extreme", "they are not extreme enough")
    said = reading or "not shown to be too extreme or too timid"
    return average, f"Slope {with_interval(slope)}: {said}."


def _side(found: Estimate, ideal: float, below: str, above: str) -> str | None:
    """What is said where the interval lies on one side of the ideal."""
    if found.low is None or found.high is None:
        return None
    return below if found.high < ideal else above if found.low > ideal else None


def in_later_patients(report: TrainingResult, learner: str) -> str | None:
    """A sentence on what a model of the earlier patients is worth in the later ones, if asked."""
    found = report.forward
    if found is None:
        return None
    if found.note is not None:
        return f"Not tested in later patients (by {found.column}): {found.note}."
    auroc = found.learners[learner]["auroc"]
    events = found.learners[learner]["observed_expected"]
    return (
        f"Trained on the earlier two thirds by {found.column} and tested in the later third, "
        f"{found.later} patients, {learner} has an AUROC of {with_interval(auroc)} there, and "
        f"{with_interval(events)} events for each one expected."
    )
