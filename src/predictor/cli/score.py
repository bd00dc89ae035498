"""``predictor score``."""

from __future__ import annotations

import shutil
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click
from click.core import ParameterSource

from predictor.cli import options
from predictor.cli.imports import quick_imports
from predictor.cli.progress import showing

if TYPE_CHECKING:
    from predictor.results import ScoredFile


class Asked(TypedDict):
    """How scores are asked for."""

    lenient: bool
    explain: bool
    with_range: bool


@click.command("score", short_help="Score new patients with a saved model.")
@click.argument("model")
@click.option(
    "--data",
    required=True,
    type=options.TablePlace(),
    help=f"The patients, {options.TABLE}; or a folder of Parquet files.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV or Parquet file to write; of a folder of Parquet files, it may be a folder.",
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
@options.cluster
@options.as_json
@options.quiet
@click.pass_context
def command(
    context: click.Context,
    model: str,
    data: Path | str,
    out: Path,
    lenient: bool,
    explain: bool,
    no_range: bool,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Score new patients with a saved model (a directory, or models:/STUDY@champion).

    A table may be of any length: it is read, scored and written some rows at a time. A folder of
    Parquet files becomes one file of scores, or a folder of them: what is done of it stays if the
    command is interrupted, and the same command goes on from there.

    \b
    Examples:
      predictor score models/starter/latest/ridge --data new.csv --out scores.csv
      predictor score models:/starter@champion --data new.csv --out scores.csv --explain
      predictor score models/starter/latest/ridge --data parts --out scores --cluster local
    """
    with quick_imports():
        from predictor.workflows import by_parts, score_file, score_folder

    from_environment = context.get_parameter_source("cluster") is ParameterSource.ENVIRONMENT
    asked: Asked = {"lenient": lenient, "explain": explain, "with_range": not no_range}
    if by_parts(data, out, cluster=cluster is not None and not from_environment):
        with (
            options.computing(cluster, -1, quiet=quiet) as elsewhere,
            showing(quiet) as progress,
        ):
            found = score_folder(model, data, out, **asked, elsewhere=elsewhere, progress=progress)
    else:  # what the environment says of a cluster is about other tables
        with showing(quiet) as progress:
            found = score_file(model, data, out, **asked, progress=progress)
    with options.printing():
        if as_json:
            options.print_json(found)
        if quiet:
            return
        options.tell(
            f"scored {found.scored} of {found.patients} patients with {found.learner} of "
            f"{found.study} ({found.flagged} with a remark in the column flags); wrote {out}"
            f"{_parts(found)}"
        )
        for each in found.taken:
            options.tell(f"taken: {each}")
        options.tell(f"probability of {found.outcome}, predicted at {found.predict_at}")
        width = shutil.get_terminal_size().columns
        options.tell(textwrap.fill(found.notice, width), dim=True)


def _parts(found: ScoredFile) -> str:
    """Of how many files a folder of scores is."""
    if found.parts is None:
        return ""
    files = "1 file" if found.parts == 1 else f"{found.parts} files"
    kept = f", {found.kept} of them done by an earlier run" if found.kept else ""
    return f" ({files}{kept})"
