"""``predictor ui``."""

from __future__ import annotations

import click


@click.command("ui")
@click.option("--port", type=click.IntRange(1, 65535), default=5000, show_default=True)
def command(port: int) -> None:
    """Open the MLflow UI on the store the runs went to.

    \b
    Example:
      predictor ui --port 5001
    """
    from predictor.tracking import run_ui

    raise SystemExit(run_ui(port=port))
