from __future__ import annotations

from collections import Counter
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server.conftest import PATIENT, Asking


def test_the_description_names_the_columns_of_the_model(local: Asking):
    document: Any = local("GET", "/openapi.json").document
    patient = document["components"]["schemas"]["Patient"]
    pain = patient["properties"]["pain_t0"]

    assert document["openapi"] == "3.1.0"
    assert "Not a medical device" in document["info"]["description"]
    assert set(patient["required"]) == set(PATIENT)
    assert pain["anyOf"][0] == {"type": "number", "minimum": 0.0, "maximum": 10.0}
    assert pain["description"] == "Unit: NRS. Not known: null, NA."
    assert patient["properties"]["sex"]["anyOf"][0] == {"enum": ["female", "male", "other"]}
    assert "security" not in document["paths"]["/score"]["post"]


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_whatever_is_sent_is_answered_as_the_description_says(local: Asking):
    document = local("GET", "/openapi.json").document

    assert set(_asked(local, document, examples=40)) == {200, 422}


def test_patients_of_the_types_and_ranges_of_the_description_are_scored(local: Asking):
    document = local("GET", "/openapi.json").document
    question = document["components"]["schemas"]["Question"]
    patient = document["components"]["schemas"]["Patient"]
    for column in patient["properties"].values():
        column["anyOf"] = [kind for kind in column["anyOf"] if kind != {"type": "string"}]
    # a day of birth in the year 1 is none, a visit comes after the onset, a blank row is no patient
    patient["properties"] |= {
        "onset": {"const": "2019-05-01"}, "visit_t0": {"const": "2020-01-01"},
    }  # fmt: skip
    patient["additionalProperties"] = False
    del patient["properties"]["patient_id"]
    question["properties"]["patients"]["maxItems"] = 3
    document["paths"] = {"/score": document["paths"]["/score"]}

    assert set(_asked(local, document, examples=25)) == {200}


def _asked(server: Asking, document: Any, *, examples: int) -> Counter[int]:
    """Statuses of the answers to what schemathesis makes of a description."""
    seen: Counter[int] = Counter()
    schema = schemathesis.openapi.from_dict(document)
    base = f"http://127.0.0.1:{server.port}"
    for operation in schema.get_all_operations():

        @settings(max_examples=examples, deadline=None, database=None, derandomize=True,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=operation.ok().as_strategy())
        def ask(case: Any) -> None:
            response = case.call(base_url=base)
            seen[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

        ask()
    return seen
