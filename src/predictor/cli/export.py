"""``predictor export``."""

from __future__ import annotations

from pathlib import Path

import click

from predictor.cli import options

_KINDS = ("html", "json", "sql", "xlsx", "nomogram")
_TABLE = "patients"


@click.command("export", short_help="Write a saved model for use without Python.")
@click.argument("model")
@click.option("--to", required=True, type=click.Choice(_KINDS), help="The form it is written in.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write; of a nomogram the folder.",
)
@click.option(
    "--table",
    default=_TABLE,
    show_default=True,
    help="Of SQL: the table or view whose rows are scored.",
)
@options.as_json
@options.quiet
def command(model: str, to: str, out: Path, table: str, as_json: bool, quiet: bool) -> None:
    """Write a saved model for use without Python: with the numbers of score.

    \b
    html  a calculator in one file, for a colleague with a browser
    json  a documented equation, for another program
    sql   one SELECT that scores a table inside DuckDB or PostgreSQL
    xlsx  a workbook with live formulas: a form, rows for several patients, every step
    nomogram  a folder with figures for a paper and a table of points

    \b
    Examples:
      predictor export models/starter/latest/ridge --to html --out calculator.html
      predictor export models/starter/latest/ridge --to json --out ridge.json
      predictor export models:/starter@champion --to sql --out ridge.sql --table clinic.patients
    """
    from predictor.saved.model import RESEARCH_ONLY
    from predictor.workflows import export

    found = export(model, to, out, table=table)
    with options.printing():
        if as_json:
            options.print_json(found)
        messages = options.messages(quiet)
        messages.print(
            f"wrote {found.learner} of {found.study} as {to}: {', '.join(found.files)}",
            soft_wrap=True,
        )
        for sentence in found.left_out:
            messages.print(f"left out: {sentence}", soft_wrap=True)
        messages.print(
            f"probability of {found.outcome}, predicted at {found.predict_at}", soft_wrap=True
        )
        messages.print(RESEARCH_ONLY, style="dim")
