"""The body of a request, read strictly: bytes to a question, or a refusal without a value."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from predictor.server.documents import PatientFault, Question
from predictor.server.refusals import RefusedError

_LONGEST = 400  # digits of a number; the largest that double precision holds has 309
_SHOWN = 50  # faults
_EXPECTED = 'send {"patients": [{column: value, ...}, ...]}'
_PARTS = {
    "patients": "a list with at least one patient, each an object of values by column",
    "lenient": "true or false",
}


def read_question(body: bytes, *, patients: int) -> Question:
    """Read what was asked.

    Parameters
    ----------
    body
        JSON in UTF-8.
    patients
        The largest number of them.

    Raises
    ------
    RefusedError
        400 if it is no JSON, or JSON that readers understand differently (a key twice, NaN); 413 if
        it has too many patients; 422 if it is no question.
    """
    document = _parsed(body)
    if not isinstance(document, dict):
        raise RefusedError(422, f"expected a JSON object; {_EXPECTED}")
    rows = document.get("patients")
    if isinstance(rows, list) and len(rows) > patients:
        raise RefusedError(
            413,
            f"more than {patients:,} patients in one request; send them in parts, or score a file "
            f"with predictor score",
        )
    try:
        return Question.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise RefusedError(
            422, f"not a question; {_EXPECTED}", [_fault(each) for each in found[:_SHOWN]]
        ) from None


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(400, "the body is not UTF-8; send JSON in UTF-8") from None
    try:
        document = _DECODER.decode(text)
    except RecursionError:
        raise RefusedError(400, f"the JSON is nested too deeply; {_EXPECTED}") from None
    except json.JSONDecodeError:
        raise RefusedError(400, f"the body is not JSON; {_EXPECTED}") from None
    # half a character, which \ud800 is, belongs to no text
    if "\\u" in text:
        _check_characters(document)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RefusedError(400, "an object has a key twice; name each column once")
    return found


def _no_number(_name: str) -> NoReturn:
    raise RefusedError(400, "NaN and Infinity are no JSON; send null for what is not known")


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST:
        raise _too_large()
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if len(digits) > _LONGEST or math.isinf(number):
        raise _too_large()
    return number


def _too_large() -> RefusedError:
    return RefusedError(400, "a number is too large or has too many digits; correct it")


def _check_characters(document: Any) -> None:
    waiting = [document]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, str):
            try:
                part.encode()
            except UnicodeEncodeError:
                raise RefusedError(
                    400, "a text holds half a character (a surrogate); send UTF-8"
                ) from None


def _fault(error: ErrorDetails) -> PatientFault:
    """What pydantic found, without anything that was sent but the place."""
    match error["loc"]:
        case ("patients", int(place), str(column), *_):
            return PatientFault(
                patient=place + 1,
                column=column,
                rule="expected a number, a text, true, false or null",
            )
        case ("patients", int(place)):
            return PatientFault(
                patient=place + 1, column=None, rule="expected an object of values by column"
            )
        case (str(part),) if part in _PARTS:
            return PatientFault(patient=None, column=None, rule=f"{part}: expected {_PARTS[part]}")
    return PatientFault(
        patient=None, column=None, rule="beside patients and lenient there is nothing to send"
    )


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_no_number, parse_int=_whole, parse_float=_number
)
