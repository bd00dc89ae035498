"""Whether the label can be predicted at all: error of the score, and response of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from math import isfinite

import numpy as np

from predictor.cohort import LabelledCohort
from predictor.description.disclosure import shield
from predictor.description.measurement import label_noise
from predictor.description.table_one import Values, as_numbers, levels_of
from predictor.disclosure import Shown, hidden
from predictor.results import ArmSpread, LabelLimits, LabelNoise
from predictor.results.words import percent, short
from predictor.statistics import variance_ratio

_SINGLE_ARM = (
    "No control arm with a score is declared (outcome.control), so it cannot be seen whether "
    "patients differ in their response to the treatment: natural course, regression to the mean "
    "and error make changes differ between patients without any treatment, too."
)
_BEYOND = (
    "Response of the patient's own beyond what happens without the treatment would make changes "
    "more unlike each other with it (ratio above 1). A ratio near 1 does not exclude it, and "
    "bounded scores can move the ratio either way."
)

_RATIO = ("ratio", "low", "high", "log_ratio", "log_ratio_se")


def label_limits(labelled: LabelledCohort) -> LabelLimits:
    """What error of the score and the spread between arms say about predicting the label."""
    noise = label_noise(labelled)
    change, control, arms = _arms(labelled)
    return LabelLimits(
        noise=noise,
        change=change,
        control=control,
        arms=arms,
        sentences=(*_of_noise(noise), *_of_arms(change, control, arms)),
    )


def _arms(labelled: LabelledCohort) -> tuple[str | None, str | None, tuple[ArmSpread, ...]]:
    """What is compared, the control arm, and every arm with patients, the control arm first."""
    eligible = labelled.eligible
    study, control = eligible.study, eligible.study.outcome.control
    if control is None:
        return None, None, ()
    change, words = _change(labelled)
    column = study.column(control.column)
    codes = as_numbers(eligible, column)
    levels = sorted(levels_of(column), key=lambda level: level != control.level)
    within = {level: change[codes == levels_of(column).index(level)] for level in levels}
    within = {level: values[~np.isnan(values)] for level, values in within.items()}
    # how many have a change is told elsewhere: a size must not follow from the others
    sizes = dict(zip(within, shield([len(values) for values in within.values()]), strict=True))
    arms = tuple(_arm(level, within, sizes, control.level) for level in levels if sizes[level])
    return words, control.level, arms


def _change(labelled: LabelledCohort) -> tuple[Values, str]:
    """Of every eligible patient, and what it is in words: a score alone if there is no earlier."""
    eligible = labelled.eligible
    study, score = eligible.study, eligible.study.outcome.score
    end = study.outcome.known_at
    first = next(time for time in study.timepoints if time in score)
    last = as_numbers(eligible, study.column(score[end]))
    if first == end:
        return last, score[end]
    before = as_numbers(eligible, study.column(score[first]))
    return last - before, f"change from {score[first]} to {score[end]}"


def _arm(
    level: str, within: Mapping[str, Values], sizes: Mapping[str, Shown], control: str
) -> ArmSpread:
    changes, told = within[level], not hidden(sizes[level])
    compared = told and level != control and not hidden(sizes[control])
    found = variance_ratio(changes, within[control]) if compared else None
    numbers = {} if found is None else asdict(found)
    return ArmSpread(
        arm=level,
        patients=sizes[level],
        sd=float(changes.std(ddof=1)) if told and len(changes) > 1 else None,
        **{name: _finite(numbers.get(name)) for name in _RATIO},
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


def _of_noise(noise: LabelNoise | None) -> list[str]:
    if noise is None:
        return []
    stated = (
        f"With a standard error of {short(noise.standard_error)} of one measurement (smallest "
        f"detectable change {short(noise.smallest_detectable_change)})"
    )
    if noise.flipped is None:
        return [f"{stated} it cannot be said how many labels would flip: {noise.why_not}."]
    flipped, ceiling = percent(noise.flipped), short(noise.auroc_of_true_scores)
    again = f"{flipped} of the labels would be other ones if the same patients were asked again."
    known = (
        f"Somebody who knew the true scores would reach an AUROC of {ceiling} against these "
        "labels; no model can be expected to do better. What else the rule reads is taken as exact."
    )
    return [f"{stated}, {again}", known]


def _of_arms(change: str | None, control: str | None, arms: tuple[ArmSpread, ...]) -> list[str]:
    if control is None:
        return [_SINGLE_ARM]
    said = [
        f"Variance of the {change} in arm {arm.arm} against arm {control} (control): "
        f"{short(arm.ratio)} times (95 % interval {short(arm.low)} to {short(arm.high)}): "
        f"{_verdict(arm)}."
        for arm in arms
        if arm.ratio is not None
    ]
    if not said:
        return ["Too few patients in the arms to compare how unlike their changes are."]
    return [*said, _BEYOND]


def _verdict(arm: ArmSpread) -> str:
    if arm.low is not None and arm.low > 1:
        return "more unlike each other than without the treatment"
    if arm.high is not None and arm.high < 1:
        return "more alike than without the treatment"
    return "no difference was shown, which is no evidence that there is none"
