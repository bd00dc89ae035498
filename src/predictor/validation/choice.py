"""Which learner to keep, which one the headline is about, and what one alone shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from predictor.validation.estimates import Performance, paired_difference

_CRITERION = "log_loss"
# of the model one hopes for, where patients required are counted before there is one
_HOPED_FOR = 0.70
# beyond it the formulas have no answer, and an interval that starts there no use
_HIGHEST = 0.99


@dataclass(frozen=True)
class Champion:
    """The learner that is kept, and why."""

    name: str
    reason: str


def choose(performances: Mapping[str, Performance]) -> Champion:
    """The earliest learner whose cross-validated log loss is within one standard error of the best.

    Parameters
    ----------
    performances
        By learner, from simple to complex; a learner without a log loss cannot be chosen.

    Notes
    -----
    The standard error is that of the paired difference, but not more than that of the best learner
    itself. A learner whose loss explodes in some samples has a large paired standard error, and
    its own instability must not excuse it.
    """
    losses = {name: p.estimates[_CRITERION].estimate for name, p in performances.items()}
    losses = {name: loss for name, loss in losses.items() if not np.isnan(loss)}
    if not losses:
        return Champion(next(iter(performances)), "first in order: no log loss could be estimated")
    best = min(losses, key=losses.__getitem__)
    for name in losses:
        if name == best:
            break
        difference, error = paired_difference(performances[name], performances[best], _CRITERION)
        error = min(error, performances[best].standard_error(_CRITERION))
        if difference <= error:
            return Champion(
                name,
                f"simplest learner within one standard error of the best log loss "
                f"({losses[name]:.3f} against {losses[best]:.3f} of {best}, "
                f"standard error {error:.3f})",
            )
    return Champion(best, f"lowest cross-validated log loss ({losses[best]:.3f})")


@dataclass(frozen=True)
class Subject:
    """The learner that verdict and headline are about, and why; None if none ranks patients."""

    name: str | None
    reason: str


def subject_of(
    performances: Mapping[str, Performance], champion: str | None, prevalence_log_loss: float
) -> Subject:
    """The champion if it alone predicts, or the first that does, or the highest AUROC.

    What is said of the one that is found here has to count in that it was looked for: see
    `predictor.validation.repeated_choice`.

    Parameters
    ----------
    performances
        Of the learners that learn something from covariates, from simple to complex; comparators
        are among them, because a headline may be about one.
    champion
        Name of the one that is kept.
    prevalence_log_loss
        Cross-validated log loss of giving everybody the prevalence.
    """
    alone = [name for name, p in performances.items() if predicts(p, prevalence_log_loss)]
    if champion in alone:
        return Subject(champion, "the champion, which predicts by its own interval")
    if alone:
        others = f"the champion, {champion}, does not"
        return Subject(alone[0], f"the first learner that predicts by its own interval; {others}")
    aurocs = {name: p.estimates["auroc"].estimate for name, p in performances.items()}
    ranked = [name for name, value in aurocs.items() if not np.isnan(value)]
    if ranked:
        why = "the highest AUROC; no learner predicts by its own interval"
        return Subject(max(ranked, key=aurocs.__getitem__), why)
    return Subject(None, "no learner tells patients apart")


@dataclass(frozen=True)
class Strength:
    """The AUROC with which the patients required are counted, and where it comes from."""

    auroc: float
    why: str

    @property
    def in_words(self) -> str:
        """Both, for a sentence."""
        return f"an AUROC of {self.auroc:.2f} ({self.why})"


BEFORE_TRAINING = Strength(_HOPED_FOR, "assumed before training")
NOT_SHOWN = Strength(_HOPED_FOR, "assumed, because none was shown")


def strength(performance: Performance, prevalence_log_loss: float) -> Strength:
    """Of a learner taken alone."""
    shown = predicts(performance, prevalence_log_loss)
    return found_from(performance.estimates["auroc"].low) if shown else NOT_SHOWN


def found_from(low: float, *, chosen: bool = False) -> Strength:
    """The lower end of what was found, of a learner that was chosen among several or is alone."""
    counted_in = ", with the choice among the learners counted in" if chosen else ""
    return Strength(min(low, _HIGHEST), f"the lower end of what was found{counted_in}")


def predicts(performance: Performance, prevalence_log_loss: float) -> bool:
    """Whether a learner, taken alone, was shown to do better than giving everybody the prevalence.

    The interval of its AUROC lies wholly above one half, and its cross-validated log loss is below
    that of the prevalence.
    """
    auroc = performance.estimates["auroc"]
    return auroc.low > 0.5 and performance.estimates[_CRITERION].estimate < prevalence_log_loss
