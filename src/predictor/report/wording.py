"""What the measures are called."""

from __future__ import annotations

from predictor.measures import measure_named
from predictor.results import SampleSize
from predictor.results.words import number
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


def assumed_auroc(size: SampleSize) -> str:
    """The AUROC that patients required are counted with, and where it comes from."""
    return f"an AUROC of {number(size.assumed_auroc)} ({size.assumed_because})"
