"""Models as formulas that can be computed outside Python."""

from __future__ import annotations

from predictor.formulas.expression import Call, Constant, Expression, Operator, Reference, to_json
from predictor.formulas.formula import Flag, Formula, Input, Kind, Step

__all__ = [
    "Call",
    "Constant",
    "Expression",
    "Flag",
    "Formula",
    "Input",
    "Kind",
    "Operator",
    "Reference",
    "Step",
    "to_json",
]
