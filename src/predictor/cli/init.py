"""``predictor init``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import StarterStudy


@click.command("init", short_help="Write a starter study, or draft one from a table.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "table",
    type=options.TablePlace(),
    help=f"Draft the study from this, {options.TABLE}.",
)
@click.option(
    "--dictionary",
    type=click.Path(path_type=Path),
    help="Data dictionary (CSV) of the REDCap project that the table was exported from.",
)
@options.as_json
@options.quiet
def command(
    directory: Path,
    table: Path | str | None,
    dictionary: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write a starter study: study file, feature pipeline, synthetic example data.

    With --from, a study file and a pipeline are drafted from a table: each column with its type,
    levels and range, time points guessed from names, and a list of what is open. The table is not
    copied, and no value of one patient is written.

    \b
    Examples:
      predictor init my-study
      predictor init my-study --from patients.xlsx
      predictor init my-study --from export.csv --dictionary dictionary.csv
    """
    if dictionary is not None and table is None:
        raise click.UsageError("--dictionary belongs to a table: give --from, too")
    from predictor.results import StarterStudy
    from predictor.workflows import draft_study, initialise
    from predictor.workflows.drafted_study import beside, seen_from

    if table is None:
        written = StarterStudy(files=tuple(map(str, initialise(directory))))
        step, data = "train", "example.csv"
    else:
        written = draft_study(directory, table, dictionary)
        step, data = "check", seen_from(directory, table)
        other = None if dictionary is not None else beside(table)
    with options.printing():
        if as_json:
            options.print_json(written)
        out = options.messages(quiet)
        for path in written.files:
            out.print(f"wrote {path}", soft_wrap=True)
        if table is not None:
            _show_questions(written, out)
            if other is not None:
                out.print(
                    f"{other} looks like the data dictionary of a REDCap project, and was not "
                    f"used: --dictionary {shlex.quote(str(other))} takes types, levels and "
                    f"meanings from it",
                    soft_wrap=True,
                )
        place = shlex.quote(str(directory))
        out.print(
            f"next: cd {place} && predictor {step} study.yaml --data {shlex.quote(data)}",
            soft_wrap=True,
        )


def _show_questions(written: StarterStudy, out: Console) -> None:
    from rich.table import Table

    left_out = f", {written.left_out} left out" if written.left_out else ""
    out.print(f"{written.declared} columns declared{left_out}; open, as at the top of study.yaml:")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right")
    grid.add_column()
    for number, question in enumerate(written.questions, start=1):
        grid.add_row(f"{number}.", question)
    out.print(grid)
