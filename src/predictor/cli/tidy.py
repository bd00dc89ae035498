"""``predictor tidy``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from predictor.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import TidiedStudy


@click.command("tidy", short_help="Remove what trainings left that are not whole.")
@click.argument("study")
@click.option("--yes", is_flag=True, help="Remove it; without this it is only shown.")
@options.as_json
@options.quiet
def command(study: str, yes: bool, as_json: bool, quiet: bool) -> None:
    """Show what trainings of a study left that are not whole, and remove it with --yes: folders in
    reports/STUDY and models/STUDY without a record, litter of processes that were stopped, and, in
    MLflow, runs that failed or were killed, with their models (they can be restored there).

    A training with a record, what `latest` leads to, and what has a registered version stay.

    \b
    Examples:
      predictor tidy starter
      predictor tidy starter --yes
    """
    from predictor.workflows import tidy

    found = tidy(study, remove=yes)
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))


def _show(found: TidiedStudy, out: Console) -> None:
    for each in found.found:
        out.print(f"{each.kind} {each.name}: {each.why}", soft_wrap=True)
    for each in found.kept:
        out.print(f"kept {each.name}: {each.why}", soft_wrap=True)
    out.print(found.conclusion, soft_wrap=True)
