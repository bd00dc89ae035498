"""``predictor log``."""

from __future__ import annotations

from pathlib import Path

import click

from predictor.cli import options


@click.command("log", short_help="Send the record of a training to MLflow, if it is not there.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--seconds",
    type=click.IntRange(1, 86_400),
    default=300,
    show_default=True,
    help="How long it may take.",
)
@options.as_json
@options.quiet
def command(directory: Path, seconds: int, as_json: bool, quiet: bool) -> None:
    """Send the record of a training to MLflow, from the folder with its report, once: after
    `predictor train` could not, or to another store (MLFLOW_TRACKING_URI).

    \b
    Example:
      predictor log reports/starter/latest
    """
    from predictor.tracking import MLflowTracker
    from predictor.workflows import log

    logged = log(directory, tracker=MLflowTracker(seconds))
    with options.printing():
        if as_json:
            options.print_json(logged)
        what = "is already in" if logged.already else "sent to"
        options.messages(quiet).print(
            f"{logged.study}: {what} {logged.store}, run {logged.run_id}", soft_wrap=True
        )
