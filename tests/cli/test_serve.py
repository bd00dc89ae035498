"""`predictor serve` from the start to the end of its process."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

RIDGE = Path(__file__).parents[1] / "saved" / "stored" / "format_2" / "ridge"
TOKEN = "correct-horse-battery"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_says_its_address_answers_and_ends_when_it_is_told(number):
    command = [sys.executable, "-m", "predictor", "serve", str(RIDGE), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, encoding="utf-8") as server:
        assert server.stderr is not None
        said = []
        for line in server.stderr:
            said.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                break
        with urllib.request.urlopen(f"{found[0]}health", timeout=60) as answer:
            assert json.load(answer) == {"status": "ok"}
        server.send_signal(number)
        rest = server.stderr.read()

    assert server.returncode == 0
    assert "probability of responder_t2, predicted at T0" in "".join(said)
    assert "Not a medical device" in "".join(said)
    assert "GET /health 200" in rest
    assert rest.endswith("ended\n")


def test_a_port_that_is_taken_is_said_in_words(predictor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, _, err = predictor("serve", RIDGE, "--port", port)

    assert code == 1
    assert f"port {port} is taken" in err
    assert "--port 0" in err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--host", "0.0.0.0"], 2, "needs a token"),
        (["--name", "calculator.example"], 2, "needs a token"),
        (["--key", "key.pem"], 2, "--key belongs to a --certificate"),
        (["--port", "70000"], 2, "70000"),
        (["--host", "203.0.113.7", "--token-file", "token.txt"], 1, "not an address of this"),
        (["--host", "no such host", "--token-file", "token.txt"], 1, "not an address of this"),
        (["--certificate", "token.txt"], 1, "not a certificate"),
        (["--token-file", "short.txt"], 2, "at least 16 characters"),
        (["--token-file", "absent.txt"], 1, "absent.txt"),
    ],
)
def test_what_cannot_be_served_is_refused(predictor, tmp_path, monkeypatch, options, code, words):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PREDICTOR_TOKEN", raising=False)
    Path("token.txt").write_text(f"{TOKEN}\n")
    Path("short.txt").write_text("short\n")
    found, _, err = predictor("serve", RIDGE, *options)

    assert found == code
    assert words in err
    assert TOKEN not in err


@pytest.mark.skipif(os.name != "posix", reason="files have no such rights there")
def test_a_token_that_others_can_read_is_warned_of(predictor, tmp_path):
    file = tmp_path / "token.txt"
    file.write_text(TOKEN)
    file.chmod(0o644)
    _, _, err = predictor("serve", RIDGE, "--host", "203.0.113.7", "--token-file", file)

    assert "others on this computer can read the token" in " ".join(err.split())
    assert "no --certificate" in err
    file.chmod(0o600)
    _, _, err = predictor("serve", RIDGE, "--host", "203.0.113.7", "--token-file", file)
    assert "others on this computer" not in err
