"""What one client, and all of them together, may ask of the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes, times and rates; beyond them a request is refused with what to do.

    Attributes
    ----------
    body
        Bytes of one request's body.
    patients
        Of one request.
    arrival
        Seconds from the first byte of a request, or from the opening of a connection, to the last
        byte of its body.
    seconds
        From the first byte of a request to the last one of its answer.
    per_client
        Requests per second of one client, on average; twice as many at once.
    in_all
        The same of all clients.
    wrong_tokens
        Per minute and client.
    waiting
        Requests that wait to be scored.
    connections
        Open at one time.
    """

    body: int = 2 << 20
    patients: int = 1_000
    arrival: float = 10.0
    seconds: float = 30.0
    per_client: float = 100.0
    in_all: float = 1_000.0
    wrong_tokens: int = 10
    waiting: int = 200
    connections: int = 500
