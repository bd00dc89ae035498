"""``predictor update``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options
from predictor.cli.progress import steps

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import DeliveredUpdate

_METHODS = ("closed-test", "keep", "intercept", "slope", "refit")


@click.command("update", short_help="Update a model by new patients, or leave it.")
@click.argument("model")
@options.data
@click.option(
    "--method",
    type=click.Choice(_METHODS),
    default=_METHODS[0],
    show_default=True,
    help="What is changed: nothing, intercept, intercept and slope, or all coefficients, shrunk "
    "towards the old ones; or what the closed test finds reason for.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Where the new model goes: <study>/<update>/<learner>.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the report, which holds no other one.  [default: reports/<study>/<update>]",
)
@options.jobs
@options.cluster
@options.as_json
@options.quiet
def command(
    model: str,
    data: Path | str,
    method: str,
    models: Path,
    out: Path | None,
    jobs: int,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Update a finished model by labelled patients who had no part in it, and say what that gains.
    The new version is written beside the old one, which stays; if nothing is to be changed, there
    is none.

    MODEL is a folder that `train` wrote, or a model in MLflow (models:/STUDY@champion).

    \b
    Examples:
      predictor update models/starter/latest/ridge --data next-year.csv
      predictor update models/starter/latest/ridge --data next-year.csv --method intercept
    """
    from predictor.workflows import update

    with (
        options.computing(cluster, jobs, quiet=quiet) as elsewhere,
        steps(quiet) as show,
    ):
        found = update(
            model,
            data,
            method=method,
            models=models,
            out=out,
            jobs=jobs,
            elsewhere=elsewhere,
            progress=show,
        )
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
    if found.tracking_error is not None:
        options.say(f"updated and written, but not tracked: {found.tracking_error}")
        raise click.exceptions.Exit(3)


def _show(found: DeliveredUpdate, out: Console) -> None:
    from rich.table import Table

    from predictor.cli.tables import flow_table

    out.print(flow_table(found.data))
    if found.tests:
        table = Table(title="Closed test of all coefficients against less", title_justify="left")
        for heading in ("changed", "degrees of freedom", "p"):
            table.add_column(heading)
        for row in found.tested:
            table.add_row(*row)
        out.print(table)
    table = Table(title="In patients not seen (95 % interval)", title_justify="left")
    for heading in found.headings:
        table.add_column(heading)
    for row in found.rows:
        table.add_row(*(cell.replace("−", "-").replace("–", "-") for cell in row))
    out.print(table)
    for sentence in found.sentences:
        out.print(sentence)
    out.print(f"Chosen in the training samples of the folds: {found.shares}.")
    out.print()
    places = {"report ": found.report}
    if found.model is not None:
        places["model  "] = found.model
        score = ["predictor", "score", found.model, "--data", "NEW.csv", "--out", "scores.csv"]
        places["score  "] = shlex.join(score)
    if found.version is not None and found.registered is not None:
        places["version"] = f"{found.version} of {found.registered}"
        if found.champion_version is not None:
            places["version"] += f"; the champion stays version {found.champion_version}"
    for name, where in places.items():
        out.print(f"{name}  {where}", soft_wrap=True)
