"""A formula as a JSON document; docs/exporting.md says what it means."""

from __future__ import annotations

from dataclasses import asdict

from predictor.formulas.expression import to_json
from predictor.formulas.formula import Formula

FORMAT = 1


def document(formula: Formula) -> dict[str, object]:
    """Return plain JSON: the fields of a formula, with its expressions as `to_json` has them.

    What a step is named by is its name; pairs of a name and a step are lists of two.
    """
    said = asdict(formula)
    steps = [
        {"name": step.name, "expression": to_json(step.expression), "meaning": step.meaning}
        for step in formula.steps
    ]
    return {"format": FORMAT, **said, "steps": steps}
