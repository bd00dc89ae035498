"""``predictor describe``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from predictor.report.description import ShownTable
    from predictor.results import Description

# of the page, what a terminal has no room for
_ON_THE_PAGE = ("means", "missing", "missing_together", "redundancy")


@click.command(
    "describe", short_help="Describe the patients: who they are, who responds, who stays."
)
@options.config
@options.data
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write.",
)
@click.option("--by", metavar="COLUMN", help="Count events by this category or flag, too.")
@click.option(
    "--individual",
    is_flag=True,
    help="Show counts below 5 and a line per patient: personal data, not to be shared.",
)
@options.as_json
@options.quiet
def command(
    config: Path,
    data: Path | str,
    out: Path,
    by: str | None,
    individual: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Describe the patients of a study: flow, Table 1, scores and response over time, what is
    missing, and published figures beside those found here.

    \b
    Examples:
      predictor describe study.yaml --data patients.csv --out description
      predictor describe study.yaml --data patients.csv --out description --by sex
    """
    from predictor.workflows import describe

    found = describe(config, data, out, by=by, individual=individual)
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, out, options.results(as_json, quiet))


def _show(found: Description, out: Path, console: Console) -> None:
    from predictor.cli.tables import first_of
    from predictor.report.description import shown_tables

    tables = shown_tables(found)
    for table in tables:
        if table.slug not in _ON_THE_PAGE:
            shown, others = first_of(table.rows, f"{out / 'tables'} has")
            console.print(_table(table, shown))
            if others is not None:
                console.print(others, soft_wrap=True)
            if table.note:
                console.print(table.note, style="dim")
            console.print()
    for sentence in found.sentences:
        console.print(sentence)
    if found.few:
        console.print(
            f"\n{len(found.few)} results rest on fewer than 5 patients and are not shown "
            f"(--individual shows them).",
        )
    missing = sum(row.missing > 0 for row in found.missing.columns)
    columns = "1 column has" if missing == 1 else f"{missing} columns have"
    console.print(f"\n{columns} missing values; the page has them.")
    console.print(f"page    {out / 'describe.md'}", soft_wrap=True)
    console.print(f"data    {out / 'describe.json'}", soft_wrap=True)
    console.print(f"tables  {out / 'tables'}", soft_wrap=True)
    console.print(f"figures {out / 'figures'}", soft_wrap=True)


def _table(shown: ShownTable, rows: Sequence[Sequence[str]]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=shown.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    words = {"published", "here", "remark"}
    for place, heading in enumerate(shown.headings):
        left = place == 0 or heading in words
        table.add_column(heading, justify="left" if left else "right")
    for row in rows:
        table.add_row(*row)
    return table
