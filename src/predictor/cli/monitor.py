"""``predictor monitor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from predictor.cli import options
from predictor.cli.progress import steps
from predictor.cli.tables import print_run

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import DeliveredMonitoring


@click.command("monitor", short_help="Watch a model over time: scores, and what came.")
@click.argument("model")
@click.argument("more", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option(
    "--scored",
    multiple=True,
    required=True,
    metavar="FILE...",
    type=click.Path(path_type=Path),
    help="What `predictor score` wrote with this model, the earliest first; several files may "
    "follow.",
)
@click.option(
    "--outcomes",
    required=True,
    type=options.TablePlace(),
    help="A table with the identifiers and the columns of the outcome, as --data of train.",
)
@click.option(
    "--by",
    metavar="COLUMN",
    help="Column of the outcomes with dates, or with periods of your own.  [default: the order of "
    "the files]",
)
@click.option(
    "--every",
    type=click.Choice(["month", "quarter", "year"]),
    help="Periods of dates.  [default: quarter]",
)
@click.option(
    "--period",
    type=click.IntRange(min=10),
    metavar="PATIENTS",
    help="So many patients in each period, in order.  [default: 20, without --by]",
)
@click.option(
    "--planned",
    type=click.IntRange(min=1),
    default=12,
    show_default=True,
    help="Periods of the watch: in 5 % of such watches a right model raises a false alarm.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the report, which holds no other one.  "
    "[default: reports/<study>/monitoring/<watch>]",
)
@click.option("--name", metavar="TEXT", help="What its run in MLflow is called.")
@options.as_json
@options.quiet
def command(
    model: str,
    more: tuple[Path, ...],
    scored: tuple[Path, ...],
    outcomes: Path,
    by: str | None,
    every: Literal["month", "quarter", "year"] | None,
    period: int | None,
    planned: int,
    out: Path | None,
    name: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Watch a saved model in the patients it scored, as their outcomes come in: calibration and
    discrimination over time, control charts that hold their rate of false alarms, and whether
    patients or missing values change. Says when to update it.

    \b
    Examples:
      predictor monitor models/starter/latest/ridge --scored scores.csv --outcomes known.csv
      predictor monitor models:/starter@champion --scored a.csv b.csv --outcomes known.csv --by day
    """
    if every is not None and by is None:
        raise click.UsageError("--every needs a column of dates (--by COLUMN)")
    if every is not None and period is not None:
        raise click.UsageError("--every and --period are two ways to cut time: give one of them")
    from predictor.workflows import monitor

    with steps(quiet) as show:
        found = monitor(
            model,
            [*scored, *more],
            outcomes,
            by=by,
            every=every,
            period=period,
            planned=planned,
            out=out,
            name=name,
            progress=show,
        )
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
    if found.tracking_error is not None:
        options.say(f"watched and written, but not tracked: {found.tracking_error}")
        raise click.exceptions.Exit(3)


def _show(found: DeliveredMonitoring, out: Console) -> None:
    from rich.table import Table

    from predictor.report.monitoring_in_words import HEADLINES
    from predictor.results.words import number, with_interval

    table = Table(title="Periods (95 % interval)", title_justify="left")
    table.add_column("period")
    for column in ("patients", "events", "expected", "AUROC"):
        table.add_column(column, justify="right")
    for period in found.periods:
        table.add_row(
            period.name,
            str(period.patients),
            str(period.events),
            number(period.expected * period.patients, 1),
            with_interval(period.measures["auroc"]),
        )
    out.print(table)
    out.print(f"{HEADLINES[found.level]}.", style="bold")
    for sentence in found.verdict:
        out.print(sentence)
    out.print()
    out.print(f"report  {found.report}", soft_wrap=True)
    print_run(found.run_id, found.about_version, out)
