"""A request that is refused: its status, and in words why and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from predictor.server.documents import PatientFault, Refusal


class RefusedError(Exception):
    """Nothing was scored.

    Parameters
    ----------
    status
        Of HTTP.
    message
        Why, and what to do; never anything that was sent.
    faults
        Of single patients.
    headers
        Further ones of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        faults: Sequence[PatientFault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.message = message
        self.faults = list(faults)
        self.headers = dict(headers or {})
        super().__init__(message)


def busy(what: str, seconds: int = 1, *, status: int = 503) -> RefusedError:
    """The refusal of a request that may be sent again in a while."""
    again = "a second" if seconds == 1 else f"{seconds} seconds"
    return RefusedError(
        status, f"{what}; try again in {again}", headers={"Retry-After": str(seconds)}
    )


def failed() -> RefusedError:
    """What is said of a fault of our own."""
    return RefusedError(500, "a fault of the server; its log says where")


def said(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Plain data as an answer of JSON."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    return Response(text, status, headers, media_type="application/json")


def refusal(error: RefusedError) -> Response:
    """What is answered to a request that is refused."""
    document = Refusal(message=error.message, faults=error.faults)
    return said(document.model_dump(), error.status, error.headers)
