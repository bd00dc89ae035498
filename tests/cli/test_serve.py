"""`predictor serve` from the start to the end of its process."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

RIDGE = Path(__file__).parents[1] / "saved" / "stored" / "format_2" / "ridge"
ADDRESS = re.compile(r"https?://127\.0\.0\.1:(\d+)/")
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


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
def test_a_server_speaks_tls_and_asks_a_person_for_the_token(tmp_path):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    command = [sys.executable, "-m", "predictor", "serve", str(RIDGE), "--port", "0",
               "--certificate", "certificate.pem", "--key", "key.pem"]  # fmt: skip
    trusted = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
    environment = os.environ | {"PREDICTOR_TOKEN": TOKEN}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as server:
        assert server.stderr is not None
        lines = iter(server.stderr)
        port = next(found[1] for line in lines if (found := ADDRESS.search(line)))
        entered = urllib.request.Request(
            f"https://localhost:{port}/login", data=f"token={TOKEN}".encode()
        )
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=trusted), Stay())
        with pytest.raises(urllib.error.HTTPError) as answer:
            opener.open(entered, timeout=60)
        server.send_signal(signal.SIGINT)
        server.stderr.read()

    assert server.returncode == 0
    with answer.value as answered:
        assert answered.status == 303
        assert "Secure" in answered.headers["set-cookie"]
        assert answered.headers["strict-transport-security"] == "max-age=31536000"


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow."""

    def redirect_request(self, *_: object) -> None:
        return None


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
