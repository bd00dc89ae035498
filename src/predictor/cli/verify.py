"""``predictor verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options
from predictor.cli.progress import steps

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import Verification

_SHOWN = 10  # numbers that differ; --json has all
_LINES = 20  # of a text that differs


@click.command("verify", short_help="Repeat a training, and say which numbers came out again.")
@click.argument("source", metavar="RUN_OR_MODEL")
@options.data
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Train by this study file, not by the stored study, and name what differs.",
)
@click.option(
    "--resamples",
    type=click.Path(path_type=Path),
    help="The file of resamples, if the study names one; it is not stored.",
)
@options.jobs
@options.cluster
@options.as_json
@options.quiet
def command(
    source: str,
    data: Path | str,
    config: Path | None,
    resamples: Path | None,
    jobs: int,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Repeat a training from the stored study, SQL and seed, and compare every number: of a folder
    with its report.json, an MLflow run, or a saved model (a directory, or models:/STUDY@champion).
    Nothing is written. Exit code 1 if something did not come out again, or does not agree.

    \b
    Examples:
      predictor verify reports/starter --data example.csv
      predictor verify models/starter/latest/ridge --data example.csv --config study.yaml
      predictor verify models:/starter@champion --data example.csv
    """
    from predictor.workflows import verify

    with (
        options.computing(cluster, jobs, quiet=quiet) as elsewhere,
        steps(quiet) as show,
    ):
        found = verify(
            source,
            data,
            config=config,
            resamples=resamples,
            jobs=jobs,
            elsewhere=elsewhere,
            progress=show,
        )
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
    if not found.same:
        raise click.exceptions.Exit(1)


def _show(found: Verification, out: Console) -> None:
    from rich.table import Table

    for changed in found.inputs:
        out.print(changed.words, soft_wrap=True)
        for line in changed.lines[:_LINES]:
            out.print(f"  {line}", soft_wrap=True)
        if len(changed.lines) > _LINES:
            out.print(f"  ... and {len(changed.lines) - _LINES} more lines (--json has all)")
    if found.numbers:
        table = Table()
        for heading in ("place", "stored", "now"):
            table.add_column(heading)
        for number in found.numbers[:_SHOWN]:
            table.add_row(number.place, str(number.stored), str(number.now))
        out.print(table)
    if len(found.numbers) > _SHOWN:
        out.print(f"... and {len(found.numbers) - _SHOWN} more (--json has all)")
    what = "training" if found.kind == "training" else "model"
    out.print(f"{what} of {found.study} repeated: {', '.join(found.learners)}", soft_wrap=True)
    out.print(found.conclusion)
