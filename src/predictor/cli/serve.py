"""``predictor serve``."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options
from predictor.cli.imports import quick_imports

if TYPE_CHECKING:
    from predictor.cli.console import PlainConsole

_TOKEN = "PREDICTOR_TOKEN"


@click.command("serve", short_help="Answer for a saved model: a page in the browser, and an API.")
@click.argument("model")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="0 for any that is free.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"File with the token that others need, at least 16 characters; or set {_TOKEN}.",
)
@click.option(
    "--name",
    help="Name of a server in front of this one, on this computer, which speaks TLS for it.",
)
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Certificate in PEM, to speak TLS.",
)
@click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False), help="Its key, if in another file."
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=100.0,
    show_default=True,
    help="Requests per second of one client; ten times as many of all.",
)
@click.option("--open", "open_page", is_flag=True, help="Open the page in the browser.")
@options.quiet
def command(
    model: str,
    host: str,
    port: int,
    token_file: Path | None,
    name: str | None,
    certificate: Path | None,
    key: Path | None,
    rate: float,
    open_page: bool,
    quiet: bool,
) -> None:
    """Answer for a saved model (a directory, or models:/STUDY@champion) until Ctrl-C.

    A page to enter a patient at /, and POST /score for programs, described at /openapi.json. Only
    this computer can ask, unless --host or --name say otherwise; then a token is needed.

    \b
    Examples:
      predictor serve models/starter/latest/ridge --open
      predictor serve models:/starter@champion --host 0.0.0.0 --token-file token.txt
    """
    with quick_imports():
        from predictor.saved.model import RESEARCH_ONLY
        from predictor.server import Door, Limits, Place, Token, is_local, serve
        from predictor.workflows.scoring import find_model

    messages = options.messages(quiet)
    given = _token(token_file, messages)
    public = name is not None or not is_local(host)
    if public and given is None:
        raise click.UsageError(
            f"others can reach this server, so it needs a token: write one of at least 16 random "
            f"characters into a file and give --token-file, or set {_TOKEN}"
        )
    if key is not None and certificate is None:
        raise click.UsageError("--key belongs to a --certificate")
    if public and certificate is None:
        messages.print(
            "no --certificate: what is sent can be read on the way, unless a server in front of "
            "this one speaks TLS",
            style="yellow",
        )
    loaded = find_model(model)

    def ready(address: str) -> None:
        messages.print(
            f"{loaded.study.study}/{loaded.learner}: probability of {loaded.study.outcome.name}, "
            f"predicted at {loaded.study.predict_at}",
            soft_wrap=True,
        )
        messages.print(RESEARCH_ONLY, style="dim")
        options.say(f"{address}  (Ctrl-C ends it)")
        if open_page:
            webbrowser.open(address)

    with _log_on_stderr():
        serve(
            loaded,
            Place(host, port, certificate, key, behind=name is not None),
            door=Door(
                names=_names(host, name),
                token=None if given is None else Token(given),
                encrypted=certificate is not None,
            ),
            limits=Limits(per_client=rate, in_all=10 * rate),
            ready=ready,
        )
    messages.print("ended")


def _names(host: str, name: str | None) -> frozenset[str] | None:
    """Under which the server is known besides as this computer; None for any."""
    from predictor.server import is_local

    if name is not None:
        return frozenset([name.casefold()])
    return frozenset([host.casefold()]) if is_local(host) else None


def _token(file: Path | None, messages: PlainConsole) -> str | None:
    from predictor.server import SHORTEST

    if file is None:
        token, where = os.environ.get(_TOKEN), _TOKEN
    else:
        token, where = file.read_text(encoding="utf-8"), str(file)
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            messages.print(
                f"{file}: others on this computer can read the token; chmod 600 it", style="yellow"
            )
    if token is None:
        return None
    if len(token.strip()) < SHORTEST:
        raise click.UsageError(
            f"{where}: a token has at least {SHORTEST} characters; make one with "
            f'python -c "import secrets; print(secrets.token_urlsafe())"'
        )
    return token.strip()


@contextlib.contextmanager
def _log_on_stderr() -> Iterator[None]:
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log = logging.getLogger("predictor.server")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
