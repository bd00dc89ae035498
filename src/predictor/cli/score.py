"""``predictor score``."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path

import click

from predictor.cli import options
from predictor.cli.imports import quick_imports
from predictor.cli.progress import showing


@click.command("score", short_help="Score new patients with a saved model.")
@click.argument("model")
@click.option(
    "--data",
    required=True,
    type=options.TablePlace(),
    help=f"The patients, {options.TABLE}; or a folder of Parquet files.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="CSV or Parquet file to write."
)
@click.option(
    "--lenient",
    is_flag=True,
    help="Score the patients whose cells are right and write the reason for the others.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Write the strongest reasons of each patient in words, with the patient's values.",
)
@click.option(
    "--no-range",
    is_flag=True,
    help="Leave out low, high and effective_sample_size, which takes less time.",
)
@options.as_json
@options.quiet
def command(
    model: str,
    data: Path | str,
    out: Path,
    lenient: bool,
    explain: bool,
    no_range: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Score new patients with a saved model (a directory, or models:/STUDY@champion).

    A table may be of any length: it is read, scored and written some rows at a time.

    \b
    Examples:
      predictor score models/starter/latest/ridge --data new.csv --out scores.csv
      predictor score models:/starter@champion --data new.csv --out scores.csv --explain
    """
    with quick_imports():
        from predictor.workflows import score_file

    with showing(quiet) as progress:
        found = score_file(
            model,
            data,
            out,
            lenient=lenient,
            explain=explain,
            with_range=not no_range,
            progress=progress,
        )
    with options.printing():
        if as_json:
            options.print_json(found)
        if quiet:
            return
        options.tell(
            f"scored {found.scored} of {found.patients} patients with {found.learner} of "
            f"{found.study} ({found.flagged} with a remark in the column flags); wrote {out}"
        )
        for each in found.taken:
            options.tell(f"taken: {each}")
        options.tell(f"probability of {found.outcome}, predicted at {found.predict_at}")
        width = shutil.get_terminal_size().columns
        options.tell(textwrap.fill(found.notice, width), dim=True)
