"""``predictor init``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from predictor.cli import options


@click.command("init", short_help="Write a starter study with example data.")
@click.argument("directory", type=click.Path(path_type=Path))
@options.as_json
@options.quiet
def command(directory: Path, as_json: bool, quiet: bool) -> None:
    """Write a starter study: study file, feature pipeline, synthetic example data.

    \b
    Example:
      predictor init my-study
    """
    from predictor.results import StarterStudy
    from predictor.workflows import initialise

    written = initialise(directory)
    with options.printing():
        if as_json:
            options.print_json(StarterStudy(files=tuple(map(str, written))))
        out = options.messages(quiet)
        for path in written:
            out.print(f"wrote {path}", soft_wrap=True)
        place = shlex.quote(str(directory))
        out.print(
            f"next: cd {place} && predictor train study.yaml --data example.csv", soft_wrap=True
        )
