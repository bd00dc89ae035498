"""``predictor report``."""

from __future__ import annotations

from pathlib import Path

import click

from predictor.cli import options


@click.command("report", short_help="Write the page of a training again.")
@click.argument("source", metavar="RUN_OR_DIR")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The page.  [default: report.html in DIR, or report-RUN.html]",
)
@options.as_json
@options.quiet
def command(source: str, out: Path | None, as_json: bool, quiet: bool) -> None:
    """Write the page of a training again, from a folder with its report.json or an MLflow run.

    \b
    Examples:
      predictor report reports/starter/latest
      predictor report 59b672affe1341019d3a1b7b220df32e --out page.html
    """
    from predictor.workflows import write_report

    written = write_report(source, out)
    with options.printing():
        if as_json:
            options.print_json(written)
        options.messages(quiet).print(f"wrote {written.report}", soft_wrap=True)
