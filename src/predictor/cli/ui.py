"""``predictor ui``."""

from __future__ import annotations

from collections.abc import Mapping

import click

from predictor.cli import options


@click.command("ui", short_help="Open the MLflow UI on the store the runs went to.")
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
def command(port: int) -> None:
    """Open the MLflow UI on the store the runs went to, and say where the runs of each study are.

    MLflow itself opens a study on pages for language models; the addresses that are printed lead to
    its runs.

    \b
    Example:
      predictor ui --port 5001
    """
    from predictor.tracking import run_ui

    def ready(studies: Mapping[str, str]) -> None:
        console = options.messages(quiet=False)
        for study, address in studies.items():
            console.print(f"{study}: {address}", soft_wrap=True)
        console.print("Ctrl-C ends it.")

    raise SystemExit(run_ui(port=port, ready=ready))
