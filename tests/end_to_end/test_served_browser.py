"""`predictor serve` in a browser: the token is entered, a patient scored; others get nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from predictor.saved import read_model
from predictor.server import Door, Limits, Place, Token, asgi_application
from predictor.server.running import server_of

RIDGE = Path(__file__).parents[1] / "saved" / "stored" / "format_2" / "ridge"
TOKEN = "correct-horse-battery"
PATIENT = (
    '{"patients": [{"course": 1, "pain_t0": 7.5, "age_years": 44, "sex": "female", '
    '"allodynia": true, "onset": "2019-05-01", "visit_t0": "2020-01-01"}]}'
)
ASK = """async ([address, body]) => {
    try {
        const options = {method: "POST", body, headers: {"Content-Type": "application/json"}};
        const answer = await fetch(address, options);
        return [answer.status, await answer.json()];
    } catch (error) {
        return [0, String(error)];
    }
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server with a token."""
    limits = Limits()
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    door = Door(token=Token(TOKEN))
    app = asgi_application(read_model(RIDGE), door=door, limits=limits, ready=ready.set)
    server = server_of(app, Place(), limits)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    assert ready.wait(60)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    server.should_exit = True
    thread.join(30)
    listener.close()


def test_a_person_enters_the_token_and_the_page_asks_the_server(browser: Browser, address: str):
    page = browser.new_context().new_page()
    page.goto(address)
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("This is not the token.").wait_for()
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_role("button").click()
    page.wait_for_url(address)
    status, answer = page.evaluate(ASK, ["score", PATIENT])

    assert page.title() == "Calculator: Made-up patients"
    assert page.evaluate("document.cookie") == ""
    assert status == 200
    assert 0 < answer["patients"][0]["probability"] < 1

    # a page from elsewhere in the same browser, which has the session
    elsewhere = address.replace("127.0.0.1", "localhost")
    page.goto(f"{elsewhere}health")
    status, _ = page.evaluate(ASK, [f"{address}score", PATIENT])
    assert status == 0
    page.context.close()
