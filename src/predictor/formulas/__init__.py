"""Models as formulas that can be computed outside Python."""

from __future__ import annotations

from predictor.formulas.draft import Draft, any_of, as_number, call, is_level, total, weighted
from predictor.formulas.evaluation import Value, evaluate, value_of
from predictor.formulas.expression import Call, Constant, Expression, Operator, Reference, to_json
from predictor.formulas.formula import Flag, Formula, Input, Kind, Step
from predictor.formulas.json_document import document
from predictor.formulas.ranges import UNKNOWN, Bounds, bounds

__all__ = [
    "UNKNOWN",
    "Bounds",
    "Call",
    "Constant",
    "Draft",
    "Expression",
    "Flag",
    "Formula",
    "Input",
    "Kind",
    "Operator",
    "Reference",
    "Step",
    "Value",
    "any_of",
    "as_number",
    "bounds",
    "call",
    "document",
    "evaluate",
    "is_level",
    "to_json",
    "total",
    "value_of",
    "weighted",
]
