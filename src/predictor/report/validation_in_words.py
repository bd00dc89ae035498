"""A validation in a few sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.disclosure import hidden
from predictor.results import (
    CaseMix,
    MeasuredGap,
    NeededForValidation,
    ValidatedMeasure,
    ValidationLevel,
)
from predictor.results.words import count, listed, number, with_interval

NO_MODEL = "no model"
"""Name of what gives everybody the share of events in the training."""

# expected AUROCs that differ by less are the same
_ALIKE = 0.02

_NEXT: Mapping[ValidationLevel, str] = {
    "does not predict here": (
        "Do not use it for patients like these, and do not update it by a little: look first for "
        "what differs here (below), or begin anew."
    ),
    "too few to say": (
        "Neither that it predicts here nor that it does not has been shown: collect more patients "
        "before you change anything."
    ),
    "ranks, but miscalibrated: update": (
        "It orders patients, but its probabilities are not those of patients like these: update it "
        "(predictor update) and validate what comes out in further patients."
    ),
    "ranks; too few to judge its probabilities": (
        "It orders patients; whether its probabilities are right takes more patients."
    ),
    "holds up": (
        "In these patients it ranks, and nothing speaks against its probabilities. That is no "
        "evidence that using it does anybody any good."
    ),
}


def sentences(
    level: ValidationLevel,
    measures: Mapping[str, ValidatedMeasure],
    gaps: Sequence[MeasuredGap],
    mix: CaseMix,
    needed: Sequence[NeededForValidation],
    patients: int,
    events: int,
) -> tuple[str, ...]:
    """Why, with the numbers, and what to do next.

    Parameters
    ----------
    level
        What it comes to.
    measures, gaps, mix, needed
        What was found.
    patients, events
        With a label, and with the event.
    """
    auroc = measures["auroc"]
    before = (
        "" if auroc.expected is None else f"; its training expected {with_interval(auroc.expected)}"
    )
    first = (
        f"In {count(patients, 'new patient')}, {events} with the event, the AUROC is "
        f"{with_interval(auroc)}{before}."
    )
    said = [
        first,
        *_case_mix(mix),
        _calibration(measures),
        *_no_model(gaps),
        *_enough(needed, patients),
        _NEXT[level],
    ]
    return tuple(said)


def _case_mix(mix: CaseMix) -> list[str]:
    here, found = mix.here.expected_auroc, mix.from_coefficients
    if here is None or found is None:
        return []
    said = f"If all of it were right, it would have {number(here)} in patients like these"
    before = None if mix.training is None else mix.training.expected_auroc
    if before is not None:
        alike = "" if abs(here - before) < _ALIKE else f", who were {_how(here - before)} alike"
        said += f" ({number(before)} in those of its training{alike})"
    left = f"what was found differs from that by {with_interval(found)}"
    if found.high is not None and found.high < 0:
        return [f"{said}; {left}: coefficients are wrong here."]
    if found.low is not None and found.low > 0:
        return [f"{said}; {left}: its covariates tell more here than it makes of them."]
    return [f"{said}; {left}, within noise."]


def _how(change: float) -> str:
    return "less" if change < 0 else "more"


def _calibration(measures: Mapping[str, ValidatedMeasure]) -> str:
    ratio, slope = measures["observed_expected"], measures["calibration_slope"]
    said = f"For each event it expects, {with_interval(ratio)} happened"
    if ratio.low is not None and ratio.low > 1:
        said += ", so its probabilities are too low on average"
    if ratio.high is not None and ratio.high < 1:
        said += ", so its probabilities are too high on average"
    if slope.estimate is None:
        return f"{said}; the calibration slope is {slope.note}."
    words = f"{said}; the calibration slope is {with_interval(slope)}"
    if slope.high is not None and slope.high < 1:
        return f"{words}: its probabilities are too extreme."
    if slope.low is not None and slope.low > 1:
        return f"{words}: its probabilities are too timid."
    return f"{words}."


def _no_model(gaps: Sequence[MeasuredGap]) -> list[str]:
    losses = [g for g in gaps if g.other == NO_MODEL and g.measure == "log_loss"]
    if not losses or losses[0].estimate is None:
        return []
    loss = losses[0]
    against = "giving everybody the share of events of its training"
    shown = f"({with_interval(loss, 3)} in log loss)"
    if loss.within_noise:
        return [f"It was not shown to be better, or worse, than {against} {shown}."]
    better = "better" if (loss.estimate or 0.0) < 0 else "worse"
    return [f"It is {better} than {against} {shown}."]


def _enough(needed: Sequence[NeededForValidation], patients: int) -> list[str]:
    lacking = [each for each in needed if not each.reached]
    if not needed:
        return []
    if not lacking:
        return [f"{patients} patients are enough for precise estimates (Riley 2021)."]
    numbers = [each.needed for each in lacking if each.needed is not None]
    most = f"{max(numbers)} patients" if numbers else "more patients"
    most = f"up to {most}" if len(numbers) > 1 else most
    names = listed([each.called[:1].lower() + each.called[1:] for each in lacking])
    names = names.replace("aUROC", "AUROC")
    what = "A precise estimate" if len(lacking) == 1 else "Precise estimates"
    return [f"{what} of {names} would take {most} (Riley 2021)."]


def outside_in_words(mix: CaseMix, patients: int) -> str:
    """How many patients lie outside what the training knew."""
    if hidden(mix.outside):
        return f"{mix.outside} of {patients} patients"
    return f"{mix.outside} of {count(patients, 'patient')}"
