"""``predictor compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import ComparedTrainings, TrainingsOfStudy

_LINES = 40  # of SQL that differs; --json has all


@click.command("compare", short_help="List the trainings of a study, and compare two of them.")
@click.argument("study")
@click.option(
    "--first",
    metavar="ID",
    help="Its name, a unique beginning or ending of it, or `latest`.  [default: the last but one]",
)
@click.option("--second", metavar="ID", help="Likewise.  [default: the last]")
@click.option("--mlflow", is_flag=True, help="The trainings of the MLflow store, not of the disk.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page as well.")
@options.as_json
@options.quiet
def command(
    study: str,
    first: str | None,
    second: str | None,
    mlflow: bool,
    html: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """List the trainings of a study over time, and say of two of them what changed, and whether the
    second is better by more than noise. STUDY is a name, or the folder with its reports.

    \b
    Examples:
      predictor compare starter
      predictor compare starter --first 2026-11-28 --second latest --html compared.html
      predictor compare starter --mlflow
    """
    from predictor.workflows import compare

    if mlflow:
        from predictor.tracking import MLflowTracker

        found = compare(study, first, second, tracker=MLflowTracker())
    else:
        found = compare(study, first, second)
    if html is not None:
        from predictor.workflows import write_comparison

        write_comparison(found, html)
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
        if html is not None:
            options.messages(quiet).print(f"wrote {html}", soft_wrap=True)


def _show(found: TrainingsOfStudy, out: Console) -> None:
    from rich.table import Table

    table = Table(title=f"Trainings of {found.study} in {found.source}", title_justify="left")
    for heading in found.headings:
        table.add_column(heading)
    for training in found.trainings:
        table.add_row(*training.cells)
    out.print(table)
    if found.left_out:
        out.print(
            f"left out, not whole or of another version: {', '.join(found.left_out)}",
            soft_wrap=True,
        )
    if found.compared is not None:
        _show_pair(found.compared, out)


def _show_pair(pair: ComparedTrainings, out: Console) -> None:
    from rich.table import Table

    out.print(f"first {pair.first}, second {pair.second}", soft_wrap=True)
    for part in pair.changed:
        out.print(f"  {part.words}", soft_wrap=True)
        for line in part.lines[:_LINES]:
            out.print(f"    {line}", soft_wrap=True)
        if len(part.lines) > _LINES:
            out.print(f"    ... and {len(part.lines) - _LINES} more lines (--json has all)")
    if not pair.changed:
        out.print("  nothing that went in differs")
    table = Table(title="Second minus first", title_justify="left")
    for heading in pair.headings:
        table.add_column(heading)
    for each in pair.differences:
        table.add_row(*each.plain_cells)
    out.print(table)
    out.print(pair.why)
    out.print(pair.conclusion)
