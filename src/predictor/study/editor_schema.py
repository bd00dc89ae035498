"""The keys of a study file as a JSON schema, for editors that complete and check them.

It says what `predictor.study.load` accepts key by key; what several keys must agree on is left to
`predictor check`.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from predictor.study.study import Study

SCHEMA_FILE = "study.schema.json"
"""Name of the schema in this package and beside the study files that refer to it."""
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"
"""First line of a study file, by which an editor finds the schema beside it."""

Schema = dict[str, Any]
"""A JSON schema, or a part of one."""

_ENTRY = re.compile(r"^(\w+)\n((?: {4}.*\n?|\n)+)", re.MULTILINE)
_TEXT = {"type": "string"}


def shipped_schema() -> bytes:
    """The schema as it is in the package, to be written beside a study file."""
    return files("predictor.study").joinpath(SCHEMA_FILE).read_bytes()


def meanings(docstring: str) -> tuple[str, dict[str, str]]:
    """The first part of a docstring, and what it says about each attribute."""
    about, _, attributes = docstring.partition("Attributes\n----------\n")
    said = {name: _plain(text) for name, text in _ENTRY.findall(attributes)}
    return _plain(about), {name: re.sub(r"; None[^.]*", "", text) for name, text in said.items()}


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")


def json_schema() -> Schema:
    """The JSON schema (draft 7, which editors know) of a study file."""
    whole = Study.model_json_schema()
    parts = {name: _part(part) for name, part in whole.pop("$defs").items() if name != "Pipeline"}
    root = _part(whole)

    for name in ("Column", "LearnerSpec"):  # whose name is the key
        _without(parts[name], "name")
    parts["Column"]["properties"]["role"]["default"] = "value"
    learner, published = parts["LearnerSpec"], parts["PublishedModel"]
    learner["required"].remove("learner")  # the name itself, if left out
    _without(published, "file")
    learner["properties"]["model"] = {
        "description": learner["properties"]["model"]["description"],
        "anyOf": [_TEXT, {"$ref": "#/definitions/PublishedModel"}],
    }

    _without(root, "file")
    keys = root["properties"]
    _without(root, "checkboxes")
    _without(parts["Checkboxes"], "name")
    keys["columns"] = _named(keys["columns"], _or_null("Column", "Checkboxes"))
    of_rows = parts["Visits"]["properties"]
    of_rows["columns"] = _named(of_rows["columns"], {"$ref": "#/definitions/Column"})
    alternatives = parts["Outcome"]["properties"]["alternatives"]
    alternatives["additionalProperties"] = {"anyOf": [_TEXT, alternatives["additionalProperties"]]}
    keys["learners"] = _named(keys["learners"], _or_null("LearnerSpec"))
    keys["covariates"] = {"description": keys["covariates"]["description"], **_TEXT}
    keys["extends"] = {
        "description": "Another study file: every top-level key not given is taken from there; of "
        "`columns`, those not given, and null takes one away.",
        **_TEXT,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "predictor: study file",
        **root,
        "required": [],
        "if": {"required": ["extends"]},
        "else": {"required": root["required"]},
        "definitions": parts,
    }


def _part(schema: Schema) -> Schema:
    """One model, each key with its meaning."""
    about, said = meanings(schema["description"])
    properties = {
        name: {"description": said[name], **_draft_7(entry)}
        for name, entry in schema["properties"].items()
    }
    return {
        "description": about,
        "type": "object",
        "properties": properties,
        "required": list(schema.get("required", ())),
        "additionalProperties": False,
    }


def _draft_7(schema: Any) -> Any:
    """Without what only pydantic needs: null for what is left out, titles, defaults of parts."""
    if isinstance(schema, list):
        return [_draft_7(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "title"}
    if kept.get("default", ...) in (None, []) or isinstance(kept.get("default"), dict):
        del kept["default"]
    kinds = [kind for kind in kept.pop("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1:
        kept |= kinds[0]
    elif kinds:
        kept["anyOf"] = kinds
    if "prefixItems" in kept:
        kept["items"] = kept.pop("prefixItems")
    if "$ref" in kept:  # in draft 7 nothing may stand beside it
        reference = kept.pop("$ref").replace("#/$defs/", "#/definitions/")
        return {**kept, "allOf": [{"$ref": reference}]}
    return {key: _draft_7(value) for key, value in kept.items()}


def _named(schema: Schema, entry: Schema) -> Schema:
    return {
        "description": schema["description"],
        "type": "object",
        "minProperties": 1,
        "additionalProperties": entry,
    }


def _or_null(*definitions: str) -> Schema:
    kinds = [{"$ref": f"#/definitions/{definition}"} for definition in definitions]
    return {"anyOf": [*kinds, {"type": "null"}]}


def _without(part: Schema, name: str) -> None:
    del part["properties"][name]
    part["required"] = [key for key in part["required"] if key != name]
