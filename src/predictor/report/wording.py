"""Numbers as a reader expects them, and what the measures are called."""

from __future__ import annotations

from predictor.measures import measure_named
from predictor.results import Interval, IntervalEstimate, SampleSize
from predictor.results.words import NONE, number
from predictor.validation import metric_of


def measure(name: str) -> tuple[str, str]:
    """What a measure in ``report.json`` is called, and how to read it.

    Examples
    --------
    >>> measure("net_benefit@0.3")
    ('Net benefit at 30 %', '0 is treating nobody')
    """
    found = measure_named(name)
    return (_bare(name), "") if found is None else (found.called, metric_of(found).reading)


def measure_title(name: str) -> str:
    """What it is called at whatever threshold.

    Examples
    --------
    >>> measure_title("net_benefit@0.3")
    'Net benefit'
    """
    found = measure_named(name)
    return _bare(name) if found is None else found.title


def _bare(name: str) -> str:
    """The name of a measure that is not known here, of another version of the program."""
    return name.replace("_", " ")


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
