"""A module and a function are two things with two names."""

from __future__ import annotations

import ast
from pathlib import Path

import predictor

SOURCES = Path(predictor.__file__).parent


def test_no_module_has_the_name_of_a_function_in_it():
    shared = [
        str(path.relative_to(SOURCES))
        for path in SOURCES.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == path.stem
    ]
    assert shared == []
