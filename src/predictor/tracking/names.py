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


def registered_name(study: str, question: Mapping[str, str]) -> str:
    """Name of the registered model of a question: a study can ask several.

    Parameters
    ----------
    study
        Its name.
    question
        With `outcome` and `predict_at`; what MLflow or a shell would misread becomes ``_``.

    Examples
    --------
    >>> registered_name("crps", {"outcome": "responder_t2", "predict_at": "T0", "rule": "..."})
    'crps.responder_t2.T0'
    """
    parts = (study, question["outcome"], question["predict_at"])
    return ".".join(re.sub(r"[^\w.-]", "_", part) for part in parts)
