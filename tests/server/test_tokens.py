from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from predictor.server.origins import is_local, known_host, same_origin
from predictor.server.tokens import COOKIE, Token, cookie

TEXT = "correct-horse-battery"


def test_only_the_token_matches():
    token = Token(TEXT)

    assert token.matches(TEXT)
    for other in ("", "x", TEXT[:-1], TEXT + " ", TEXT.upper(), "\udcff"):
        assert not token.matches(other)


def test_a_session_ends_after_half_a_day():
    now = [1000.0]
    token = Token(TEXT, lambda: now[0])
    session = token.session()

    assert token.knows_browser({COOKIE: session})
    now[0] += 12 * 3600 - 1
    assert token.knows_browser({COOKIE: session})
    now[0] += 2
    assert not token.knows_browser({COOKIE: session})


def test_a_session_cannot_be_made_up_or_prolonged():
    token = Token(TEXT, lambda: 1000.0)
    until, _, signature = token.session().partition(".")
    later = f"{int(until) + 1}.{signature}"

    for made_up in ("", ".", later, f"{until}.", f"{until}.{signature[:-1]}", f"x.{signature}",
                    TEXT, "\udcff.\udcff", "é.é"):  # fmt: skip
        assert not token.knows_browser({COOKIE: made_up})
    assert not token.knows_browser({})
    assert not Token(TEXT, lambda: 1000.0).knows_browser({COOKIE: token.session()})


def test_the_session_tells_nothing_of_the_token_and_no_script_reads_it():
    header = cookie(Token(TEXT).session(), secure=True)

    assert TEXT not in header
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/"} <= set(header.split("; "))
    assert "Secure" not in cookie("x", secure=False)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8000", True), ("127.0.0.1", True), ("localhost:1", True), ("[::1]:8000", True),
        ("[::1]", True), ("LOCALHOST", True), ("calculator.example:443", True),
        ("evil.example:8000", False), ("127.0.0.1.evil.example", False), ("", False),
        ("localhost.evil.example", False), ("::1", False), ("localhost:80:80", False),
    ],
)  # fmt: skip
def test_a_server_is_known_by_its_names_only(host, known):
    assert known_host(Headers({"host": host}), {"calculator.example"}) is known


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"origin": "http://127.0.0.1:8000"}, True),
        ({"origin": "http://127.0.0.1:8001"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://["}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
    ],
)
def test_a_page_of_another_site_sends_nothing(headers, same):
    assert same_origin(Headers({"host": "127.0.0.1:8000", **headers})) is same


def test_which_addresses_only_this_computer_reaches():
    assert all(map(is_local, ("127.0.0.1", "127.3.2.1", "::1", "localhost")))
    assert not any(map(is_local, ("0.0.0.0", "::", "192.168.1.2", "calculator.example", "")))
