"""Names MLflow accepts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

_T = TypeVar("_T")


def metric_name(name: str) -> str:
    """Name of a metric or parameter in MLflow, which allows letters, digits and ``_ - . / space``.

    ``@`` becomes ``_at_`` and ``%`` becomes ``pct``; any other character becomes ``_``. (MLflow
    also allows a colon, but not on Windows.)

    Examples
    --------
    >>> metric_name("net_benefit@0.3"), metric_name("at least 30 %"), metric_name("auroc")
    ('net_benefit_at_0.3', 'at least 30 pct', 'auroc')
    """
    name = name.replace("@", "_at_").replace("%", "pct")
    return re.sub(r"[^\w./ -]", "_", name)


def model_name(name: str) -> str:
    """Name of a logged model in MLflow, which forbids ``/ : . % " '``.

    Examples
    --------
    >>> model_name("sklearn:sklearn.svm.SVC")
    'sklearn_sklearn_svm_SVC'
    """
    return re.sub(r"[/:.%\"']", "_", name)


def renamed(values: Mapping[str, _T]) -> dict[str, _T]:
    """Return the same values under names MLflow accepts.

    Raises
    ------
    ValueError
        If two names become one.
    """
    result = {metric_name(name): value for name, value in values.items()}
    if len(result) < len(values):
        raise ValueError(f"two of these names become one in MLflow: {sorted(values)}")
    return result
