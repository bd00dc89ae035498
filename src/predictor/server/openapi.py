"""The description of the API: the types of its documents, and the columns of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from predictor import __version__
from predictor.saved import SavedModel
from predictor.saved.model import RESEARCH_ONLY
from predictor.server.documents import Answer, Health, Question, Refusal
from predictor.server.limits import Limits
from predictor.study import Column, as_number

Schema = dict[str, Any]
"""A part of an OpenAPI document, which is JSON of any kind."""

_REFUSALS = {
    "400": "Not JSON, or JSON that readers understand differently.",
    "401": "The token is missing or wrong.",
    "403": "Sent from a page of another site.",
    "408": "The request took too long to arrive.",
    "413": "Too large.",
    "415": "Not application/json in UTF-8.",
    "421": "The name in Host is not one of this server.",
    "422": "Not a question, or patients that break rules of the data dictionary.",
    "429": "Too many requests.",
    "503": "Too many requests are waiting, or the answer took too long.",
}
_GENERAL = ("421", "429", "503")


def description(
    model: SavedModel, columns: Sequence[Column], limits: Limits, *, token: bool
) -> Schema:
    """The API as an OpenAPI 3.1 document.

    Parameters
    ----------
    columns
        What the model needs of a patient.
    limits
        How many patients fit into one request.
    token
        Whether requests need one.
    """
    study = model.study
    types: list[tuple[type[BaseModel], Any]] = [
        (Question, "validation"),
        (Answer, "serialization"),
        (Refusal, "serialization"),
        (Health, "serialization"),
    ]
    _, made = models_json_schema(types, ref_template="#/components/schemas/{model}")
    schemas: Schema = made["$defs"]
    schemas["Patient"] = _patient(columns, study.missing)
    asked = schemas["Question"]["properties"]["patients"]
    asked["items"] = {"$ref": "#/components/schemas/Patient"}
    asked["maxItems"] = limits.patients
    components: Schema = {"schemas": schemas}
    secured: Schema = {}
    if token:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        secured = {"security": [{"token": []}]}
    general = (*_GENERAL, "401") if token else _GENERAL
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{study.title or study.study}: {study.outcome.name}",
            "version": __version__,
            "description": f"Probability of {study.outcome.name}, predicted at {study.predict_at} "
            f"by {study.study}/{model.learner}. {RESEARCH_ONLY}",
        },
        "paths": {
            "/score": {
                "post": {
                    "operationId": "score",
                    "summary": "Score one or many patients.",
                    "requestBody": {
                        "required": True,
                        "content": _json("Question"),
                    },
                    "responses": _responses("Answer", "The scores.", tuple(_REFUSALS), token),
                    **secured,
                }
            },
            "/health": {
                "get": {
                    "operationId": "health",
                    "summary": "Whether the server answers.",
                    "responses": _responses("Health", "It does.", _GENERAL, token),
                }
            },
            "/openapi.json": {
                "get": {
                    "operationId": "openapi",
                    "summary": "This document.",
                    "responses": {
                        "200": {
                            "description": "OpenAPI 3.1.",
                            "content": {"application/json": {"schema": {"type": "object"}}},
                        },
                        **_refused(general),
                    },
                    **secured,
                }
            },
        },
        "components": components,
    }


def _responses(name: str, what: str, refusals: Sequence[str], token: bool) -> Schema:
    codes = [code for code in refusals if token or code != "401"]
    return {"200": {"description": what, "content": _json(name)}, **_refused(codes)}


def _refused(codes: Sequence[str]) -> Schema:
    return {
        code: {"description": _REFUSALS[code], "content": _json("Refusal")}
        for code in sorted(codes)
    }


def _json(name: str) -> Schema:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _patient(columns: Sequence[Column], missing: Sequence[str]) -> Schema:
    identifiers = [column.name for column in columns if column.role == "id"]
    return {
        "type": "object",
        "title": "Patient",
        "description": "Values by column. Columns that are not named here are not looked at. "
        f"Without {' and '.join(identifiers)}, patients are numbered.",
        "properties": {column.name: _column(column, missing) for column in columns},
        "required": [column.name for column in columns if column.role != "id"],
        "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
    }


def _column(column: Column, missing: Sequence[str]) -> Schema:
    """What a value may be: of its type, or as a text as in a CSV, or missing."""
    codes = missing if column.missing is None else column.missing
    kinds = [*_kinds(column), {"type": "string"}]
    numbers = [number for number in map(as_number, codes) if number is not None]
    if numbers:
        kinds.append({"enum": numbers, "description": "Not known."})
    if not column.required and column.role != "id":
        kinds.append({"type": "null", "description": "Not known."})
    parts = (
        column.meaning,
        f"Unit: {column.unit}." if column.unit else None,
        f"Not known: null, {', '.join(codes)}." if codes and column.role != "id" else None,
    )
    schema: Schema = {"anyOf": kinds}
    if said := " ".join(part for part in parts if part):
        schema["description"] = said
    return schema


def _kinds(column: Column) -> list[Schema]:
    if column.role == "id":
        return [{"type": "number"}]
    match column.type:
        case "number" | "integer":
            kind: Schema = {"type": column.type}
            if column.limits is not None:
                kind |= {"minimum": column.limits[0], "maximum": column.limits[1]}
            return [kind]
        case "category":
            return [{"enum": list(column.levels)}]
        case "flag":
            return [{"type": "boolean"}, {"enum": [0, 1]}]
        case "date":
            return [{"type": "string", "format": "date"}]
        case _:
            return [{"type": ["string", "number", "boolean"]}]
