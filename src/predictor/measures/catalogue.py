"""All measures. Whatever lists them reads this: page, card, documents, MLflow, tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

import numpy as np

from predictor import statistics
from predictor.measures.measure import Floats, Measure
from predictor.statistics import CalibrationErrors, Classification, brackets
from predictor.statistics.slope_bracket import calibration_slope_bracket
from predictor.study import OutcomeKind

Entry = Measure | Callable[[float], tuple[Measure, ...]]
"""A measure, or those of a decision as a function of its threshold."""

# events, and patients without, that a flexible calibration curve needs (Van Calster 2016)
FEWEST_FOR_A_CURVE = 100


def measures_of(kind: OutcomeKind, thresholds: Sequence[float] = ()) -> tuple[Measure, ...]:
    """The measures for a kind of outcome, the first ones first.

    Parameters
    ----------
    kind
        Of the outcome.
    thresholds
        Probabilities from which one would act; without them there are no measures of decisions.
    """
    return tuple(_at(thresholds, CATALOGUE[kind]))


def measure_named(name: str) -> Measure | None:
    """The measure of this name; None if there is none.

    Examples
    --------
    >>> found = measure_named("net_benefit@0.3")
    >>> found.called, found.reading
    ('Net benefit at 30 %', '0 is treating nobody')
    """
    thresholds = _thresholds(name.partition("@")[2])
    every = _at(thresholds, chain.from_iterable(CATALOGUE.values()))
    return next((measure for measure in every if measure.name == name), None)


def _at(thresholds: Sequence[float], entries: Iterable[Entry]) -> Iterator[Measure]:
    for entry in entries:
        if isinstance(entry, Measure):
            yield entry
        else:
            for threshold in thresholds:
                yield from entry(threshold)


def _thresholds(said: str) -> tuple[float, ...]:
    """The threshold in a name; none if that is no probability to act from."""
    try:
        threshold = float(said)
    except ValueError:
        return ()
    return (threshold,) if 0 < threshold < 1 else ()


def _calibration_errors(y: Floats, p: Floats, *, weights: Floats | None = None) -> Floats:
    y, p, weights = statistics.coarse(y, p, weights)
    return np.array(statistics.ici_e50_e90(y, p, weights=weights))


def _of_curve(name: str, title: str) -> Measure:
    """A distance from a smooth curve, which is noise in a small cohort (Van Calster 2016)."""
    return Measure(
        name=name,
        title=title,
        reading="0 ideal",
        statistic=_calibration_errors,
        better="lower",
        lowest=0,
        part=CalibrationErrors._fields.index(name),
        fewest_of_each=FEWEST_FOR_A_CURVE,
    )


def _net_benefit(threshold: float) -> tuple[Measure, ...]:
    return (
        Measure(
            name=f"net_benefit@{threshold:g}",
            title="Net benefit",
            reading="0 is treating nobody",
            statistic=partial(statistics.net_benefit, threshold=threshold),
            bracketed=partial(brackets.net_benefit_bracket, threshold=threshold),
            better="higher",
            lowest=-threshold / (1 - threshold),
            highest=1,
            threshold=threshold,
        ),
    )


def _classification(threshold: float) -> tuple[Measure, ...]:
    def measured(y: Floats, p: Floats, *, weights: Floats | None = None) -> Floats:
        return np.array(statistics.classification(y, p, threshold, weights=weights))

    def share(name: str, title: str, undefined: str | None = None) -> Measure:
        return Measure(
            name=f"{name}@{threshold:g}",
            title=title,
            reading="1 perfect",
            statistic=measured,
            bracketed=partial(brackets.classification_bracket, threshold=threshold),
            better="higher",
            lowest=0,
            highest=1,
            part=Classification._fields.index(name),
            threshold=threshold,
            undefined=undefined,
        )

    return (
        share("sensitivity", "Sensitivity"),
        share("specificity", "Specificity"),
        share("ppv", "Positive predictive value", "no probability reaches the threshold"),
        share("npv", "Negative predictive value", "every probability reaches the threshold"),
    )


CATALOGUE: dict[OutcomeKind, tuple[Entry, ...]] = {
    "binary": (
        Measure(
            name="auroc",
            title="AUROC",
            reading="0.5 useless, 1 perfect",
            statistic=statistics.auroc,
            bracketed=brackets.auroc_bracket,
            better="higher",
            lowest=0,
            highest=1,
        ),
        Measure(
            name="brier",
            title="Brier score",
            reading="0 perfect",
            statistic=statistics.brier,
            bracketed=brackets.brier_bracket,
            better="lower",
            lowest=0,
            highest=1,
        ),
        Measure(
            name="scaled_brier",
            title="Scaled Brier score",
            reading="0 useless, 1 perfect",
            statistic=statistics.scaled_brier,
            bracketed=brackets.scaled_brier_bracket,
            better="higher",
            highest=1,
        ),
        Measure(
            name="log_loss",
            title="Log loss",
            reading="0 perfect",
            statistic=statistics.log_loss,
            bracketed=brackets.log_loss_bracket,
            better="lower",
            lowest=0,
        ),
        Measure(
            name="calibration_intercept",
            title="Calibration in the large",
            reading="0 ideal",
            statistic=statistics.calibration_intercept,
            bracketed=brackets.calibration_intercept_bracket,
            better=0.0,
        ),
        Measure(
            name="calibration_slope",
            title="Calibration slope",
            reading="1 ideal; below 1 too extreme",
            statistic=statistics.calibration_slope,
            bracketed=calibration_slope_bracket,
            better=1.0,
        ),
        Measure(
            name="observed_expected",
            title="Observed / expected events",
            reading="1 ideal",
            statistic=statistics.observed_expected,
            bracketed=brackets.observed_expected_bracket,
            better=1.0,
            lowest=0,
        ),
        _net_benefit,
        Measure(
            name="auprc",
            title="Area under precision-recall",
            reading="prevalence useless, 1 perfect",
            statistic=statistics.auprc,
            bracketed=brackets.auprc_bracket,
            better="higher",
            lowest=0,
            highest=1,
        ),
        _classification,
        _of_curve("ici", "Integrated calibration index"),
        _of_curve("e50", "Median calibration error (E50)"),
        _of_curve("e90", "90th percentile of calibration error (E90)"),
    ),
}
"""By kind of outcome, in the order in which they are told."""
