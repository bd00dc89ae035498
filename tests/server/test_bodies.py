from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictor.server.bodies import read_question
from predictor.server.documents import Question
from predictor.server.refusals import RefusedError

SECRET = "QZSECRET"


def refused(body: bytes, patients: int = 10) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        read_question(body, patients=patients)
    return caught.value


def status_of(body: bytes) -> int:
    try:
        read_question(body, patients=3)
    except RefusedError as error:
        return error.status
    return 200


def test_a_question_is_read_as_it_was_sent():
    question = read_question(
        '{"patients": [{"a": 1, "b": 2.5, "c": "ä", "d": true, "e": null}],'
        ' "lenient": true}'.encode(),
        patients=1,
    )

    assert question.lenient
    assert question.patients == [{"a": 1, "b": 2.5, "c": "ä", "d": True, "e": None}]
    assert question.patients[0]["d"] is True


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"\xff", 400, "not UTF-8"),
        (b'{"patients": [{"a": NaN}]}', 400, "send null"),
        (b'{"patients": [{"a": -Infinity}]}', 400, "send null"),
        (b'{"patients": [{"a": 1e999}]}', 400, "too large"),
        (b'{"patients": [{"a": 1' + b"0" * 5000 + b"}]}", 400, "too large"),
        (b'{"patients": [{"a": 1, "a": 2}]}', 400, "key twice"),
        (b'{"patients": [{"a": "\\ud800"}]}', 400, "half a character"),
        (b'{"patients": [{"\\udfff": 1}]}', 400, "half a character"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b'{"a":' * 100_000, 400, "nested too deeply"),
        (b"[]", 422, "expected a JSON object"),
        (b'"text"', 422, "expected a JSON object"),
        (b"{}", 422, "patients"),
        (b'{"patients": []}', 422, "at least one patient"),
        (b'{"patients": {"a": 1}}', 422, "a list"),
        (b'{"patients": [1]}', 422, "an object of values by column"),
        (b'{"patients": [{"a": [1]}]}', 422, "a number, a text, true, false or null"),
        (b'{"patients": [{"a": {"b": 1}}]}', 422, "a number, a text, true, false or null"),
        (b'{"patients": [{"a": 1}], "lenient": 1}', 422, "true or false"),
        (b'{"patients": [{"a": 1}], "further": 1}', 422, "nothing to send"),
        (json.dumps({"patients": [{"a": 1}] * 11}).encode(), 413, "more than 10 patients"),
    ],
)
def test_what_is_no_question_is_refused_in_words(body, status, words):
    error = refused(body)

    said = " ".join([error.message, *(fault.rule for fault in error.faults)])
    assert error.status == status
    assert words in said


@pytest.mark.parametrize(
    "body",
    [
        '{"patients": [{"age": ["QZSECRET"]}]}',
        '{"patients": ["QZSECRET"]}',
        '{"patients": [{"age": 1}], "lenient": "QZSECRET"}',
        '{"patients": [{"age": 1}], "QZSECRET": 1}',
        '{"patients": [{"age": 1, "age": "QZSECRET"}]}',
        '{"patients": "QZSECRET"',
        '{"patients": {"QZSECRET": 1}}',
        '["QZSECRET"]',
    ],
)
def test_a_refusal_repeats_nothing_that_was_sent(body):
    error = refused(body.encode())

    assert SECRET not in error.message
    assert SECRET not in str(error)
    assert not any(SECRET in fault.rule for fault in error.faults)


def test_few_of_many_faults_are_told():
    error = refused(json.dumps({"patients": [{"a": []}] * 5000}).encode(), patients=5000)

    assert len(error.faults) == 50
    assert error.faults[0].patient == 1
    assert error.faults[0].column == "a"


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**300), 10**300),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.dictionaries(names, cells, max_size=5), min_size=1, max_size=4), st.booleans())
def test_every_question_comes_through_unchanged(patients, lenient):
    body = json.dumps({"patients": patients, "lenient": lenient}).encode()

    assert read_question(body, patients=4) == Question(patients=patients, lenient=lenient)


anything = st.recursive(
    cells | st.just(math.nan) | st.just(math.inf),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=12,
)


@given(anything | st.fixed_dictionaries({"patients": anything}, optional={"lenient": anything}))
def test_any_json_is_read_or_refused(document):
    assert status_of(json.dumps(document).encode()) in (200, 400, 413, 422)


@given(st.binary(max_size=60) | st.text('{}[]",:0123456789.eE+-\\untrfalsepi').map(str.encode))
def test_any_bytes_are_read_or_refused(body):
    assert status_of(body) in (200, 400, 413, 422)
