"""A finished model in the patients of one centre, and what the centre may tell others of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from predictor import statistics
from predictor.disclosure import FEWEST, SMALL, WITHHELD, Shown, small
from predictor.measures import Measure, measure_named
from predictor.results import CentreMeasure, CentrePerformance
from predictor.validation.new_patients import NewPatients
from predictor.validation.resamples import Counts

FEWEST_IN_A_CENTRE = FEWEST
"""Patients with the event, and without, below which a centre is too small to say anything."""

ROUNDED_TO = 5
"""Patients; counts that leave a hospital are multiples of it."""

_Z = 1.959963984540054
# of a standard error, divided by the root of the number of patients: five times what one patient
# who had the other outcome moves an estimate by
_HIDES_ONE = 10.0
# likewise of a standard error itself, divided by the number of patients
_HIDES_ONE_IN_ERROR = 6.0
_COARSEST_ERROR = 0.25
# where only counts of other centres are to be hidden: digits that tell no count
_DIGITS_OF_REPORT = (0.1, 0.05)


@dataclass(frozen=True)
class Scale:
    """A measure that is summarised across centres, and on which scale.

    Attributes
    ----------
    measure
        As it is read.
    to, back
        To the scale on which it is about normal, and from there.
    error
        Of (y, p): its standard error on that scale, patients independent.
    called
        What the scale is called.
    """

    measure: Measure
    to: Callable[[Counts], Counts]
    back: Callable[[float], float]
    error: Callable[[Counts, Counts], Counts]
    called: str


def _same(value: Counts) -> Counts:
    return value


def _unchanged(value: float) -> float:
    return value


def _logit(p: Counts) -> Counts:
    with np.errstate(divide="ignore"):
        value: Counts = np.log(p) - np.log1p(-p)
    return value


def _log(ratio: Counts) -> Counts:
    with np.errstate(divide="ignore"):
        value: Counts = np.log(ratio)
    return value


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def _logit_auroc_error(y: Counts, p: Counts) -> Counts:
    area = statistics.auroc(y, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        error: Counts = statistics.delong_error(y, p) / (area * (1 - area))
    return error


def _scale(
    name: str,
    to: Callable[[Counts], Counts],
    back: Callable[[float], float],
    error: Callable[[Counts, Counts], Counts],
    called: str,
) -> Scale:
    measure = measure_named(name)
    if measure is None:
        raise LookupError(f"there is no measure {name!r}")
    return Scale(measure, to, back, error, called)


SCALES = {
    scale.measure.name: scale
    for scale in (
        _scale("auroc", _logit, _expit, _logit_auroc_error, "log odds"),
        _scale(
            "observed_expected",
            _log,
            math.exp,
            statistics.log_observed_expected_error,
            "logarithm",
        ),
        _scale("calibration_slope", _same, _unchanged, statistics.calibration_slope_error, "slope"),
    )
}
"""What is summarised across centres, by name of the measure."""


def centre_performance(name: str, patients: NewPatients, probability: Counts) -> CentrePerformance:
    """A finished model in the patients of one centre.

    Intervals are ``estimate -+ 1.96 standard errors`` on the scale of the summary, as it is the
    estimate and its standard error that are summarised; errors are analytic, or those of resampled
    clusters where these are larger.

    Parameters
    ----------
    name
        Of the centre.
    patients
        Of the centre, none of whom had a part in making the model.
    probability
        (n,) of the model.

    Returns
    -------
    CentrePerformance
        Exact; counts from 1 to 4, and what would tell them, are not in it. See `for_others` for
        what may leave the hospital.
    """
    y = patients.y
    n, events = len(y), int(y.sum())
    # also where all patients have the same outcome, as that would be the outcome of each
    told_events: Shown = SMALL if events < FEWEST else events
    if events >= FEWEST > n - events:
        told_events = WITHHELD
    told: tuple[Shown, Shown] = (SMALL if small(n) else n, told_events)
    mean = float(np.mean(probability)) if n >= FEWEST else None
    if min(events, n - events) < FEWEST_IN_A_CENTRE:
        return CentrePerformance(
            name=name,
            patients=told[0],
            events=told[1],
            mean_probability=mean,
            measures={},
            note=f"too few to say: needs {FEWEST_IN_A_CENTRE} patients with the event and "
            f"{FEWEST_IN_A_CENTRE} without",
        )
    return CentrePerformance(
        name=name,
        patients=told[0],
        events=told[1],
        mean_probability=mean,
        measures={each: _measured(scale, patients, probability) for each, scale in SCALES.items()},
    )


def on_scale(scale: Scale, measured: CentreMeasure) -> tuple[float, float] | None:
    """Estimate and standard error on the scale of the summary; None where there is no number."""
    if measured.estimate is None or measured.standard_error is None:
        return None
    value = float(scale.to(np.array(measured.estimate)))
    return (value, measured.standard_error) if math.isfinite(value) else None


def _measured(scale: Scale, patients: NewPatients, probability: Counts) -> CentreMeasure:
    y = patients.y
    value = float(scale.to(np.asarray(scale.measure(y, probability))))
    error = float(scale.error(y, probability))
    if patients.clusters is not None and np.ptp(patients.clusters) > 0:
        values = patients.resampled(_values_on, y, probability, scale)
        known = values[np.isfinite(values)]
        # a few clusters are alike by chance, and patients are never worth more than patients
        if len(known) > 1:
            error = max(error, float(known.std(ddof=1)))
    if not (math.isfinite(value) and math.isfinite(error) and error > 0):
        why = scale.measure.undefined or "it has no value, or no standard error, here"
        if scale.measure.name == "auroc":
            why = "the outcomes do not overlap"
        return _missing(f"not defined: {why}")
    return from_scale(scale, value, error)


def _values_on(counts: Counts, y: Counts, p: Counts, scale: Scale) -> Counts:
    return scale.to(scale.measure(y, p, weights=counts))


def _missing(why: str) -> CentreMeasure:
    return CentreMeasure(estimate=None, low=None, high=None, standard_error=None, note=why)


def from_scale(scale: Scale, value: float, error: float) -> CentreMeasure:
    """A measure with its interval, from estimate and standard error on the scale of the summary."""
    return CentreMeasure(
        estimate=scale.back(value),
        low=scale.back(value - _Z * error),
        high=scale.back(value + _Z * error),
        standard_error=error,
    )


def for_others(found: CentrePerformance, entropy: int | Sequence[int]) -> CentrePerformance:
    """What a centre may tell others: so coarse that one patient more or less cannot be read off.

    Every number becomes a multiple of about five times what one patient can move it by, up or down
    by chance in proportion to how near it is, which is right on average: counts multiples of 5,
    AUROC and slope (on their scales) of ``10 / sqrt(n)`` standard errors. Observed / expected is
    that of the counts that are told. Standard errors hold what the rounding adds. So what was told
    of two tables that differ in one patient says next to nothing of what this patient had.

    Parameters
    ----------
    found
        From `centre_performance`.
    entropy
        Of the table, known to nobody without it: the same table tells the same twice, so that
        asking again does not average chance away.
    """
    n = found.patients if isinstance(found.patients, int) else ROUNDED_TO
    coarseness = _HIDES_ONE / math.sqrt(n), min(_COARSEST_ERROR, _HIDES_ONE_IN_ERROR / n)
    return _told(found, entropy, *coarseness)


def without_counts(found: CentrePerformance, entropy: int | Sequence[int]) -> CentrePerformance:
    """What a report tells of a centre whose exact counts would tell hidden ones of other centres.

    As `for_others`, but with AUROC and slope to a tenth of their standard errors, from which no
    count follows.
    """
    return _told(found, entropy, *_DIGITS_OF_REPORT)


def _told(
    found: CentrePerformance, entropy: int | Sequence[int], coarseness: float, of_errors: float
) -> CentrePerformance:
    rng = np.random.default_rng(entropy)
    patients, events = (_count(count, rng) for count in (found.patients, found.events))
    if isinstance(patients, int) and isinstance(events, int):
        events = min(events, patients)
    mean, expected = found.mean_probability, None
    if mean is not None and isinstance(found.patients, int) and isinstance(patients, int):
        expected = max(1, round(_to_multiple(mean * found.patients, 1, rng)))
        mean = min(round(expected / patients, 3), 1.0)
    measures = {}
    for name, measured in found.measures.items():
        scale, known = SCALES[name], on_scale(SCALES[name], measured)
        if known is None:
            measures[name] = measured
            continue
        value, error = known
        if name == "observed_expected":
            if isinstance(events, int) and expected is not None:
                value = math.log(events / expected)
                error = math.hypot(error, ROUNDED_TO / math.sqrt(6) / events)
        else:
            step = _step(coarseness * error)
            value, error = _to_multiple(value, step, rng), math.hypot(error, step / math.sqrt(6))
        measures[name] = _short(from_scale(scale, value, _coarse_error(error, of_errors, rng)))
    return found.model_copy(
        update={
            "patients": patients,
            "events": events,
            "mean_probability": mean,
            "measures": measures,
        }
    )


def _coarse_error(error: float, coarseness: float, rng: np.random.Generator) -> float:
    step = _step(coarseness * error)
    return float(f"{max(_to_multiple(error, step, rng), step):.6g}")


def _short(exact: CentreMeasure) -> CentreMeasure:
    numbers = {name: _digits(getattr(exact, name)) for name in ("estimate", "low", "high")}
    return exact.model_copy(update=numbers)


def _digits(value: float | None) -> float | None:
    """What remains of a number that is coarse anyway."""
    return None if value is None else float(f"{value:.6g}")


def _count(count: Shown, rng: np.random.Generator) -> Shown:
    if isinstance(count, str):
        return count
    return max(ROUNDED_TO, round(_to_multiple(count, ROUNDED_TO, rng))) if count else 0


def _step(coarseness: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above."""
    power = 10.0 ** math.floor(math.log10(coarseness))
    return max(m for m in (1, 2, 5) if m * power <= coarseness * (1 + 1e-9)) * power


def _to_multiple(value: float, step: float, rng: np.random.Generator) -> float:
    """One of the two multiples around a value, by chance; the value on average."""
    below = math.floor(value / step)
    return step * (below + (rng.random() < value / step - below))
