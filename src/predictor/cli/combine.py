"""``predictor combine``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options
from predictor.cli.tables import table_of

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import CombinedValidations


@click.command("combine", short_help="Put together what several hospitals say of one model.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--any-model", is_flag=True, help="Take files of different models together all the same."
)
@click.option("--html", type=click.Path(path_type=Path), help="Write a page as well.")
@options.as_json
@options.quiet
def command(
    files: tuple[Path, ...], any_model: bool, html: Path | None, as_json: bool, quiet: bool
) -> None:
    """Put together what several hospitals say of one model, whose patients stay where they are.
    FILES are the validation.json that `predictor validate` wrote in each.

    \b
    Example:
      predictor combine berlin.json mainz.json zurich.json --html combined.html
    """
    from predictor.workflows import combine

    found = combine(files, any_model=any_model)
    if html is not None:
        from predictor.workflows import write_combined

        write_combined(found, html)
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
        if html is not None:
            options.messages(quiet).print(f"wrote {html}", soft_wrap=True)


def _show(found: CombinedValidations, out: Console) -> None:
    from predictor.report.centre_tables import tables_of_centres

    for shown in tables_of_centres(found.summary):
        out.print(table_of(shown))
    for sentence in (*found.words, *found.summary.across["auroc"].words, *found.summary.words):
        out.print(f"- {sentence}", soft_wrap=True)
