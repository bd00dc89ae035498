"""Who is let in, with what, and what is said to the others."""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from predictor.server import Door, Limits, Token
from predictor.server.documents import Refusal
from tests.server.conftest import PATIENT, Asking

TOKEN = "correct-horse-battery"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
GOOD = json.dumps({"patients": [PATIENT]}).encode()


@pytest.fixture
def guarded(start: Callable[..., Asking]) -> Asking:
    """A server that others can reach."""
    return start(door=Door(names=None, token=Token(TOKEN)))


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/nowhere", None, {}, 404),
        ("GET", "/score/", None, {}, 404),
        ("GET", "/score", None, {}, 405),
        ("OPTIONS", "/score", None, {}, 405),
        ("PROPFIND", "/score", None, {}, 405),
        ("POST", "/health", b"", {}, 405),
        ("POST", "/login", b"token=x", FORM, 404),
        ("POST", "/score", GOOD, {}, 415),
        ("POST", "/score", GOOD, {"Content-Type": "text/plain"}, 415),
        ("POST", "/score", GOOD, FORM, 415),
        ("POST", "/score", GOOD, {"Content-Type": "application/json; charset=latin-1"}, 415),
        ("POST", "/score", GOOD, JSON | {"Content-Encoding": "gzip"}, 415),
        ("POST", "/score", b"{}", JSON, 422),
        ("POST", "/score", b"\x80", JSON, 400),
        ("POST", "/score", b" " * (3 << 20), JSON, 413),
        ("GET", "/health", None, {"Host": "evil.example"}, 421),
        ("GET", "/health", None, {"Host": "["}, 421),
        ("POST", "/score", GOOD, JSON | {"Origin": "https://evil.example"}, 403),
        ("POST", "/score", GOOD, JSON | {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_whoever_asks_wrongly_is_told_how_to_ask(local, method, path, body, headers, status):
    answer = local(method, path, body, headers)

    assert answer.status == status
    assert answer.headers["content-type"] == "application/json"
    assert len(Refusal.model_validate(answer.document).message) > 10
    assert answer.headers["cache-control"] == "no-store"


def test_charset_utf8_is_fine(local: Asking):
    answer = local("POST", "/score", GOOD, {"Content-Type": 'Application/JSON; charset="UTF-8"'})

    assert answer.status == 200


def test_a_body_in_pieces_is_counted_too(start: Callable[..., Asking]):
    asking = start(limits=Limits(body=1000))
    connection = http.client.HTTPConnection("127.0.0.1", asking.port, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", "/score", iter([b" " * 400] * 3), JSON, encode_chunked=True)
        assert connection.getresponse().status == 413


def test_a_body_that_is_far_too_large_is_not_read(start: Callable[..., Asking]):
    asking = start(limits=Limits(body=1000))
    head = "POST /score HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

    assert asking.raw(f"{head}Content-Length: 9999999999\r\n\r\n".encode()).startswith(
        b"HTTP/1.1 413 "
    )
    chunk = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
    assert asking.raw(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk).startswith(
        b"HTTP/1.1 413 "
    )


@pytest.mark.parametrize(
    "sent", [b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"]
)
def test_what_is_no_http_is_told_so(local: Asking, sent: bytes):
    head, _, body = local.raw(sent).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 400 ")
    assert "HTTP/1.1" in json.loads(body)["message"]


def test_a_large_header_is_refused(local: Asking):
    assert local.raw(b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"\r\n".join([
            b"POST /score HTTP/1.1", b"Host: localhost", b"Content-Type: application/json",
            b"Content-Length: 9", b"", b"{",
        ]),
    ],
)  # fmt: skip
def test_a_slow_client_is_cut(start: Callable[..., Asking], sent: bytes):
    asking = start(limits=Limits(arrival=0.5, seconds=5))
    started = time.monotonic()
    answer = asking.raw(sent)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - started < 10


def test_a_client_that_sends_byte_by_byte_has_no_more_time(start: Callable[..., Asking]):
    import socket

    asking = start(limits=Limits(arrival=0.5, seconds=5))
    with socket.create_connection(("127.0.0.1", asking.port), timeout=10) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nX-Slow: ")
        with pytest.raises(OSError):  # noqa: PT011, PT012 - broken pipe or reset, by chance
            for _ in range(200):
                connection.sendall(b"x")
                time.sleep(0.05)


def test_a_second_request_on_a_connection_has_its_own_time(start: Callable[..., Asking]):
    asking = start(limits=Limits(arrival=1.0, seconds=5))
    connection = http.client.HTTPConnection("127.0.0.1", asking.port, timeout=10)
    with contextlib.closing(connection):
        for _ in range(6):
            connection.request("GET", "/health")
            assert connection.getresponse().read() == b'{"status": "ok"}'
            time.sleep(0.5)


def test_too_many_connections_are_turned_away(start: Callable[..., Asking]):
    import socket

    asking = start(limits=Limits(connections=3))
    held = [socket.create_connection(("127.0.0.1", asking.port)) for _ in range(3)]
    time.sleep(0.3)

    assert asking.raw(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(
        b"HTTP/1.1 503 "
    )
    for connection in held:
        connection.close()
    time.sleep(0.3)
    assert asking("GET", "/health").status == 200


def test_who_asks_too_often_is_told_when_to_come_back(start: Callable[..., Asking]):
    asking = start(limits=Limits(per_client=2, in_all=1000))
    answers = [asking("GET", "/health") for _ in range(10)]

    assert {answer.status for answer in answers} == {200, 429}
    assert answers[-1].headers["retry-after"] == "1"


def test_all_together_may_ask_so_often(start: Callable[..., Asking]):
    asking = start(limits=Limits(per_client=1000, in_all=2))

    assert 429 in [asking("GET", "/health").status for _ in range(10)]


def test_more_requests_than_can_wait_are_turned_away(start: Callable[..., Asking]):
    asking = start(limits=Limits(per_client=1000, waiting=2))
    with ThreadPoolExecutor(20) as pool:
        statuses = {one.status for one in pool.map(lambda _: asking.score(PATIENT), range(20))}

    assert statuses == {200, 503}


def test_without_the_token_there_is_only_the_health(guarded: Asking):
    assert guarded("GET", "/health").status == 200
    for method, path, body in (
        ("GET", "/", None), ("GET", "/openapi.json", None), ("POST", "/score", GOOD),
        ("GET", "/nowhere", None),
    ):  # fmt: skip
        answer = guarded(method, path, body, JSON)
        assert answer.status == 401
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_token_opens(guarded: Asking):
    for scheme in ("Bearer", "bearer"):
        bearer = {"Authorization": f"{scheme} {TOKEN}"}
        assert guarded("POST", "/score", GOOD, JSON | bearer).status == 200
    for wrong in (f"Bearer {TOKEN}x", "Bearer", f"Basic {TOKEN}", TOKEN, "Bearer é"):
        headers = JSON | {"Authorization": wrong.encode("latin-1").decode("latin-1")}
        assert guarded("POST", "/score", GOOD, headers).status == 401


def test_a_person_enters_the_token_once(guarded: Asking):
    asked = guarded("GET", "/", None, {"Accept": "text/html"})
    entered = guarded("POST", "/login", urlencode({"token": f" {TOKEN} "}), FORM)
    session = {"Cookie": entered.headers["set-cookie"].partition(";")[0]}

    assert asked.status == 401
    assert b'<form method="post" action="/login">' in asked.body
    assert entered.status == 303
    assert entered.headers["location"] == "/"
    assert TOKEN not in str(entered.headers)
    assert guarded("GET", "/", None, session).status == 200
    assert guarded("POST", "/score", GOOD, JSON | session).status == 200
    cross = JSON | session | {"Origin": "https://evil.example"}
    assert guarded("POST", "/score", GOOD, cross).status == 403


def test_a_wrong_token_is_said_on_the_form_and_may_not_be_tried_for_ever(guarded: Asking):
    answers = [guarded("POST", "/login", "token=wrong", FORM) for _ in range(12)]

    assert answers[0].status == 401
    assert b"This is not the token" in answers[0].body
    assert answers[-1].status == 429
    # nor in the header, not even the right one
    assert (
        guarded("POST", "/score", GOOD, JSON | {"Authorization": f"Bearer {TOKEN}"}).status == 429
    )


@pytest.mark.parametrize(
    "body", [b"", b"token", b"\xff=\xff", b"a=1&" * 50, b"token=" + b"x" * 9999]
)
def test_the_form_is_read_strictly(guarded: Asking, body: bytes):
    assert guarded("POST", "/login", body, FORM).status in (400, 401, 413)


def test_the_page_may_do_what_it_needs_and_no_more(local: Asking, guarded: Asking):
    page = local("GET", "/")
    form = guarded("GET", "/", None, {"Accept": "text/html"})

    for answer in (page, form, local("GET", "/health"), local.score(PATIENT)):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        kept = "same-origin" if answer is form else "no-referrer"
        assert answer.headers["referrer-policy"] == kept
        assert answer.headers["cache-control"] == "no-store"
        assert not any(name.startswith("access-control") for name in answer.headers)
        assert "server" not in answer.headers
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert re.search(rb"<script\b", form.body) is None


def test_the_log_tells_no_value(local: Asking, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        local.score(PATIENT | {"patient_id": "QZSECRET1", "pain_t0": 7.127001})
        local.score(PATIENT | {"patient_id": "QZSECRET2", "pain_t0": "QZSECRET3"})
        local("GET", "/QZSECRET4?age=QZSECRET5", None, {"X": "QZSECRET6"})
        local("QZSECRET7", "/score?QZSECRET8")

        until = time.monotonic() + 20
        while len(caplog.records) < 4 and time.monotonic() < until:
            time.sleep(0.05)  # a line is written once its answer has left

    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "POST /score 200" in said
    assert "GET elsewhere 404" in said
    assert "other /score 405" in said
    assert "QZSECRET" not in said
    assert "7.127" not in said
    assert "127.0.0.1" not in said
