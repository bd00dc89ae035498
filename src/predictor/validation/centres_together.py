"""Several centres together: random effects, and in words what a new centre may expect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from predictor import statistics
from predictor.disclosure import FEWEST
from predictor.results import AcrossCentres, CentrePerformance, CentresSummary, Interval
from predictor.results.words import count, listed, number, percent, span
from predictor.statistics import FEWEST_CENTRES
from predictor.validation.centres import SCALES, Scale, on_scale

FEW_CENTRES = 5
"""Below it little is known of the variation between centres (own rule; docs/centres.md)."""

_LEVEL = 0.05
_TINY = 0.001
_CHANCE = 0.5


def summary(
    centres: Sequence[CentrePerformance], *, unnamed: int = 0, rounded: bool = True
) -> CentresSummary:
    """A model across centres, each of which had no part in making it.

    Parameters
    ----------
    centres
        What each tells; those without a number are named and left out of the summary.
    unnamed
        Further centres, of so few patients that nothing is told of them.
    rounded
        Whether counts are told as multiples of 5.
    """
    return CentresSummary(
        centres=tuple(centres),
        across={name: _across(scale, centres) for name, scale in SCALES.items()},
        words=tuple(_words(centres, unnamed)),
        rounded=rounded,
    )


def _across(scale: Scale, centres: Sequence[CentrePerformance]) -> AcrossCentres:
    known = {
        centre.name: numbers
        for centre in centres
        if (measured := centre.measures.get(scale.measure.name)) is not None
        and (numbers := on_scale(scale, measured)) is not None
    }
    if len(known) < FEWEST_CENTRES:
        return _nothing(tuple(known))
    values, errors = np.array(list(known.values())).T
    found = statistics.random_effects(values, errors)
    across = AcrossCentres(
        estimate=scale.back(float(found.mean)),
        low=scale.back(float(found.low)),
        high=scale.back(float(found.high)),
        new_centre=Interval(
            low=scale.back(float(found.new_low)), high=scale.back(float(found.new_high))
        ),
        new_centre_plug_in=Interval(
            low=scale.back(float(found.plug_in_low)), high=scale.back(float(found.plug_in_high))
        ),
        tau=float(found.tau),
        tau_interval=Interval(low=float(found.tau_low), high=float(found.tau_high)),
        i_squared=float(found.i_squared),
        q=float(found.q),
        p_value=float(found.p_value),
        centres=tuple(known),
        words=(),
    )
    words = (_mean(scale, across), _variation(scale, across), *_new_centre(scale, across))
    return across.model_copy(update={"words": words})


def _nothing(names: tuple[str, ...]) -> AcrossCentres:
    few = "no centre has" if not names else f"only {count(len(names), 'centre')} with"
    said = (
        f"No summary: {few} a number. How much centres differ, and so what a new one may expect, "
        f"cannot be said of fewer than {FEWEST_CENTRES}."
    )
    numbers = dict.fromkeys(("estimate", "low", "high", "tau", "i_squared", "q", "p_value"))
    none = Interval(low=None, high=None)
    return AcrossCentres(
        **numbers,
        new_centre=none,
        new_centre_plug_in=none,
        tau_interval=none,
        centres=names,
        words=(said,),
    )


def _mean(scale: Scale, across: AcrossCentres) -> str:
    return (
        f"{scale.measure.called}: mean of centres like these {number(across.estimate)} "
        f"(95 % interval {span(across)}), from {len(across.centres)} centres."
    )


def _variation(scale: Scale, across: AcrossCentres) -> str:
    """Whether the centres differ by more than chance, and what cannot be excluded."""
    tau, p = across.tau_interval, across.p_value or 0.0
    test = f"Q {number(across.q, 1)}, p {'< 0.001' if p < _TINY else f'= {p:.3f}'}"
    if tau.high == 0:
        return f"The centres are more alike than chance would have them ({test})."
    reach = (
        f"the standard deviation of their true values ({scale.called}) is put at "
        f"{number(across.tau)}, and anything from {number(tau.low)} to {number(tau.high)} agrees "
        f"with what was seen"
    )
    if p < _LEVEL:
        return (
            f"The centres differ by more than chance explains ({test}): {reach}; "
            f"{percent(across.i_squared)} of the variance of their estimates is between them (I²)."
        )
    few = len(across.centres) < FEW_CENTRES
    shown = "can hardly be shown by so few" if few else "is not shown"
    return f"Variation between centres beyond chance {shown} ({test}): {reach}."


def _new_centre(scale: Scale, across: AcrossCentres) -> list[str]:
    low, high = across.new_centre.low, across.new_centre.high
    said = (
        f"In one more centre it is expected between {number(low)} and {number(high)} (95 % "
        f"prediction interval)"
    )
    if scale.measure.name == "auroc":
        useless = low is None or low <= _CHANCE
        said += (
            ": there the model may be of no use, which only patients of that centre can tell"
            if useless
            else ", better than chance"
        )
    found = [f"{said}."]
    if len(across.centres) < FEW_CENTRES:
        found.append(
            f"With {len(across.centres)} centres the variation between them is hardly known: the "
            f"interval for a new one is wide for want of centres, not because they were seen to "
            f"differ."
        )
    return found


def _words(centres: Sequence[CentrePerformance], unnamed: int) -> list[str]:
    said = []
    why: dict[str, list[str]] = {}
    for centre in centres:
        if centre.note is not None:
            why.setdefault(centre.note, []).append(centre.name)
    said += [f"Left out of every summary: {listed(names)} ({note})." for note, names in why.items()]
    if any(not centre.measures for centre in centres):
        said.append(
            "Who is left out depends on outcomes, which tilts observed / expected events: compare "
            "it with that of all patients."
        )
    if unnamed:
        are = "is" if unnamed == 1 else "are"
        said.append(
            f"{count(unnamed, 'centre')} of fewer than {FEWEST} patients {are} not named, and left "
            f"out."
        )
    for name, scale in SCALES.items():
        lacking = [
            centre.name
            for centre in centres
            if name in centre.measures and on_scale(scale, centre.measures[name]) is None
        ]
        if lacking:
            said.append(
                f"Without a number, and left out of the summary of {scale.measure.called}: "
                f"{listed(lacking)}."
            )
    return said
