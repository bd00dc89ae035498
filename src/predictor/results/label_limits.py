"""What limits any prediction of the label: error of the score, and a response of nobody's own."""

from __future__ import annotations

from predictor.results.base import Count, Number, Result
from predictor.results.intervals import Interval


class LabelNoise(Result):
    """What the error of the score does to the labels.

    Attributes
    ----------
    standard_error, smallest_detectable_change
        Of one measurement, and the change that error alone exceeds in one of twenty patients.
    flipped
        Share of labels that would be other ones if the patients were asked again.
    auroc_of_true_scores
        What somebody could reach who knew the true scores: no model does better on average.
    why_not
        Why there are no numbers; None where there are.
    """

    standard_error: float
    smallest_detectable_change: float
    flipped: Number
    auroc_of_true_scores: Number
    why_not: str | None


class ArmSpread(Interval):
    """How unlike each other the changes of an arm's patients are, beside those of the control arm.

    Attributes
    ----------
    arm
        Its level.
    patients, sd
        With a change, and the standard deviation of their changes.
    ratio, low, high
        Of the variances, the arm's by that of the control arm, with the F interval.
    log_ratio, log_ratio_se
        Of the standard deviations (lnVR), for a meta-analysis.
    """

    arm: str
    patients: Count
    sd: Number
    ratio: Number
    log_ratio: Number
    log_ratio_se: Number


class LabelLimits(Result):
    """Whether the label can be predicted at all.

    Attributes
    ----------
    noise
        None if the study file does not say how exactly the score is measured.
    change
        What is compared between arms, in words.
    control
        The control arm, first of `arms`; None if none is declared.
    sentences
        What this means.
    """

    noise: LabelNoise | None
    change: str | None
    control: str | None
    arms: tuple[ArmSpread, ...]
    sentences: tuple[str, ...]
