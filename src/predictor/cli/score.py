"""``predictor score``."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import click

from predictor.cli import options
from predictor.cli.progress import showing


@click.command("score", short_help="Score new patients with a saved model.")
@click.argument("model")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    help="CSV, Parquet or XLSX table, or a folder of Parquet files.",
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
    data: Path,
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
    _keep_arrow_from_importing_pandas()
    from predictor.workflows import score_file

    messages = options.messages(quiet)
    with showing(messages) as progress:
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
        messages.print(
            f"scored {found.scored} of {found.patients} patients with {found.learner} of "
            f"{found.study} ({found.flagged} with a remark in the column flags); wrote {out}",
            soft_wrap=True,
        )
        messages.print(
            f"probability of {found.outcome}, predicted at {found.predict_at}", soft_wrap=True
        )
        messages.print(found.notice, style="dim")


def _keep_arrow_from_importing_pandas() -> None:
    """Let Arrow look for pandas now, and not find it.

    It does so once per process, with the first list it is given, only to tell a pandas series from
    a list; scoring one patient would wait longer for that import than for everything else.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(absent)


class _Absent(MetaPathFinder):
    """Finds that there is no pandas."""

    def find_spec(self, fullname: str, _path: object, _target: object = None, /) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)
