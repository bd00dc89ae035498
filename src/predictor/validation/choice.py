"""Which learner to keep, and what can be said about the study in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from predictor.statistics import r2_cox_snell_from_auroc, required_patients
from predictor.validation.performance import Estimate, Performance, paired_difference

_CRITERION = "log_loss"
# of the model one hopes for, where patients required are counted before there is one
ASSUMED_AUROC = 0.70
_NOTABLE_DIFFERENCE = 0.05  # in AUROC, between the cross-validation and the bootstrap


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


def predicts(performance: Performance, prevalence_log_loss: float) -> bool:
    """Whether a learner was shown to do better than giving everybody the prevalence.

    The interval of its AUROC lies wholly above one half, and its cross-validated log loss is below
    that of the prevalence.
    """
    auroc = performance.estimates["auroc"]
    return auroc.low > 0.5 and performance.estimates[_CRITERION].estimate < prevalence_log_loss


def verdict(
    performances: Mapping[str, Performance],
    champion: str,
    *,
    prevalence_log_loss: float,
    events: int,
    patients: int,
    parameters: Mapping[str, int],
    instability: Mapping[str, float],
) -> tuple[str, ...]:
    """A few sentences with the numbers.

    "Exploratory only" is said of a cohort smaller than Riley's criteria ask of a model with this
    many parameters and an AUROC of 0.70.

    Parameters
    ----------
    performances, champion
        As from `choose`.
    prevalence_log_loss
        Cross-validated log loss of the prevalence.
    events, patients
        Labelled patients, and those with the event.
    parameters
        Matrix columns of each learner.
    instability
        Mean absolute change of a probability over bootstrap replicates, of each learner.
    """
    shown = [n for n, p in performances.items() if predicts(p, prevalence_log_loss)]
    sentences = []
    if shown:
        subject = champion if champion in shown else shown[0]
        found = f"{subject} predicts better than the prevalence"
        scope = _scope(parameters[subject], events, patients)
        sentences.append(f"{scope}: {found}, AUROC {_auroc(performances[subject])}.")
        if subject != champion:
            sentences.append(f"By log loss the champion is {champion} all the same.")
    else:
        sentences.append(
            "Nothing found: no learner was shown to predict better than the prevalence."
        )
        aurocs = {n: p.estimates["auroc"].estimate for n, p in performances.items()}
        known = [n for n, a in aurocs.items() if parameters[n] and not np.isnan(a)]
        if not known:
            return tuple(sentences)
        subject = max(known, key=aurocs.__getitem__)
        sentences.append(
            f"The highest AUROC is that of {subject}: {_auroc(performances[subject])}."
        )
    sentences += _disagreement(performances[subject])
    if parameters[subject]:
        sentences.append(
            _size(subject, parameters[subject], events, patients) + _movement(instability[subject])
        )
    return tuple(sentences)


def _scope(parameters: int, events: int, patients: int) -> str:
    r2 = r2_cox_snell_from_auroc(ASSUMED_AUROC, events / patients)
    enough = required_patients(max(parameters, 1), events / patients, r2).all_criteria
    return "Exploratory only" if patients < enough else "Found, but only within this cohort"


def _disagreement(performance: Performance) -> list[str]:
    auroc = performance.estimates["auroc"]
    others = {"optimism-corrected": auroc.optimism_corrected, ".632+": auroc.bootstrap_632plus}
    apart = [
        f"{value:.2f} {name}"
        for name, value in others.items()
        if abs(value - auroc.estimate) > _NOTABLE_DIFFERENCE
    ]
    if not apart:
        return []
    return [f"The bootstrap disagrees ({', '.join(apart)}); the cross-validated AUROC counts."]


def _size(name: str, parameters: int, events: int, patients: int) -> str:
    rarer = min(events, patients - events)
    counted = f"{events} events" if rarer == events else f"{rarer} patients without the event"
    return (
        f"{counted} among {patients} patients for {parameters} "
        f"parameter{'' if parameters == 1 else 's'} of {name} ({rarer / parameters:.1f} each)"
    )


def _movement(instability: float) -> str:
    if np.isnan(instability):
        return "."
    points = round(100 * instability)
    return (
        f"; a fresh sample of patients would move a typical patient's probability by "
        f"{points} point{'' if points == 1 else 's'}."
    )


def _auroc(performance: Performance) -> str:
    auroc = performance.estimates["auroc"]
    note = "" if auroc.note is None else f"; {auroc.note}"
    return (
        f"{auroc.estimate:.2f} ({_interval(auroc)}; "
        f"{auroc.apparent:.2f} on its own training patients{note})"
    )


def _interval(estimate: Estimate) -> str:
    if np.isnan(estimate.low):
        return "no interval"
    return f"95 % interval {estimate.low:.2f} to {estimate.high:.2f}"
