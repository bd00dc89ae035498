"""Numbers of a centre that came in a file, which anybody may have edited."""

from __future__ import annotations

import math

from predictor.disclosure import SMALL, WITHHELD, Shown, small
from predictor.results import CentreMeasure, CentrePerformance
from predictor.validation.centres import SCALES, from_scale, on_scale

_LONGEST_NAME = 100
# on any of the scales; no model of patients comes near
_FURTHEST = 50.0


def checked(found: CentrePerformance) -> CentrePerformance:
    """The same, with intervals that follow from estimates and standard errors.

    Raises
    ------
    ValueError
        With every fault in words.
    """
    faults = [*_faults_of_name(found.name), *_faults_of_counts(found)]
    measures: dict[str, CentreMeasure] = {}
    for name, measured in found.measures.items():
        if name not in SCALES:
            faults.append(
                f"measures.{name}: there is no such measure; known are {', '.join(SCALES)}"
            )
            continue
        if (measured.estimate is None) != (measured.standard_error is None):
            faults.append(f"measures.{name}: estimate and standard_error go together")
        elif measured.estimate is None or measured.standard_error is None:
            measures[name] = measured
        else:
            fault = _fault_of_numbers(name, measured.estimate, measured.standard_error)
            if fault is not None:
                faults.append(f"measures.{name}: {fault}")
            elif (known := on_scale(SCALES[name], measured)) is not None:
                measures[name] = from_scale(SCALES[name], *known)
    lacking = [name for name in SCALES if name not in found.measures]
    if found.measures and lacking:
        faults.append(f"measures: without {', '.join(lacking)}")
    if not found.measures and not found.note:
        faults.append("measures: there are none, and no note says why")
    if faults:
        raise ValueError("\n".join(faults))
    return found.model_copy(update={"measures": measures})


def _faults_of_name(name: str) -> list[str]:
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST_NAME:
        return [f"name: expected up to {_LONGEST_NAME} printable characters"]
    return []


def _faults_of_counts(found: CentrePerformance) -> list[str]:
    faults = []
    counts: dict[str, Shown] = {"patients": found.patients, "events": found.events}
    for key, count in counts.items():
        if isinstance(count, str) and count not in (SMALL, WITHHELD):
            faults.append(f"{key}: expected a count, '{SMALL}' or '{WITHHELD}'")
        elif isinstance(count, int) and (count < 0 or small(count)):
            faults.append(f"{key}: a count below the floor of privacy; it should be '{SMALL}'")
    both = isinstance(found.patients, int) and isinstance(found.events, int)
    if both and found.events > found.patients:  # type: ignore[operator]  # both are numbers
        faults.append("events: more than there are patients")
    if found.mean_probability is not None and not 0 <= found.mean_probability <= 1:
        faults.append("mean_probability: expected a number from 0 to 1")
    return faults


def _fault_of_numbers(name: str, estimate: float, error: float) -> str | None:
    if name == "auroc" and not 0 < estimate < 1:
        return "estimate: expected a number between 0 and 1"
    if name == "observed_expected" and estimate <= 0:
        return "estimate: expected a number above 0"
    if not 0 < error < _FURTHEST:
        return "standard_error: expected a number above 0, on the scale of the summary"
    known = on_scale(
        SCALES[name], CentreMeasure(estimate=estimate, low=None, high=None, standard_error=error)
    )
    if known is None or not math.isfinite(known[0]) or abs(known[0]) > _FURTHEST:
        return "estimate: so far out that it is none of patients"
    return None
