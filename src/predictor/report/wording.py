"""Numbers as a reader expects them, and what the measures are called."""

from __future__ import annotations

from predictor.results import Interval, IntervalEstimate, SampleSize

NONE = "–"

# name in report.json: what it is called, and what a useless and a perfect model score
_MEASURES = {
    "auroc": ("AUROC", "0.5 useless, 1 perfect"),
    "auprc": ("Area under precision-recall", "prevalence useless, 1 perfect"),
    "brier": ("Brier score", "0 perfect"),
    "scaled_brier": ("Scaled Brier score", "0 useless, 1 perfect"),
    "log_loss": ("Log loss", "0 perfect"),
    "calibration_intercept": ("Calibration in the large", "0 ideal"),
    "calibration_slope": ("Calibration slope", "1 ideal; below 1 too extreme"),
    "observed_expected": ("Observed / expected events", "1 ideal"),
    "ici": ("Integrated calibration index", "0 ideal; one-sided interval"),
    "e50": ("Median calibration error (E50)", "0 ideal; one-sided interval"),
    "e90": ("90th percentile of calibration error (E90)", "0 ideal; one-sided interval"),
}
_AT_THRESHOLD = {
    "net_benefit": ("Net benefit", "0 is treating nobody"),
    "sensitivity": ("Sensitivity", "1 perfect"),
    "specificity": ("Specificity", "1 perfect"),
    "ppv": ("Positive predictive value", "1 perfect"),
    "npv": ("Negative predictive value", "1 perfect"),
}


def measure(name: str) -> tuple[str, str]:
    """What a metric is called, and how to read it.

    Examples
    --------
    >>> measure("net_benefit@0.3")
    ('Net benefit at 30 %', '0 is treating nobody')
    """
    stem, _, threshold = name.partition("@")
    if threshold and stem in _AT_THRESHOLD:
        called, reading = _AT_THRESHOLD[stem]
        return f"{called} at {100 * float(threshold):g} %", reading
    return _MEASURES.get(name, (name.replace("_", " "), ""))


def number(value: float | None, digits: int = 2) -> str:
    """A number with a real minus sign, or a dash where it is not defined.

    Examples
    --------
    >>> number(-0.1234), number(None), number(-0.001)
    ('−0.12', '–', '0.00')
    """
    if value is None:
        return NONE
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", "−")


def with_interval(found: IntervalEstimate, digits: int = 2) -> str:
    """An estimate and its interval.

    Examples
    --------
    >>> with_interval(IntervalEstimate(estimate=0.62, low=0.394, high=0.84))
    '0.62 (0.39 to 0.84)'
    """
    text = number(found.estimate, digits)
    return text if found.low is None else f"{text} ({span(found, digits)})"


def span(found: Interval, digits: int = 2) -> str:
    """The interval alone, or a dash."""
    if found.low is None or found.high is None:
        return NONE
    return f"{number(found.low, digits)} to {number(found.high, digits)}"


def percent(share: float | None) -> str:
    """A share in whole per cent.

    Examples
    --------
    >>> percent(23 / 48)
    '48 %'
    """
    return NONE if share is None else f"{100 * share:.0f} %"


def count(n: int, one: str, many: str | None = None) -> str:
    """A number of things.

    Examples
    --------
    >>> count(1, "patient"), count(0, "patient")
    ('1 patient', '0 patients')
    """
    return f"{n} {one if n == 1 else many or one + 's'}"


def assumed_auroc(size: SampleSize) -> str:
    """The AUROC that patients required are counted with, and where it comes from."""
    return f"an AUROC of {number(size.assumed_auroc)} ({size.assumed_because})"


def listed(items: list[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed([])
    ('a, b and c', 'none')
    """
    if not items:
        return "none"
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
