"""``predictor enter``."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from predictor.cli import options


@click.command("enter", short_help="Make a saved model of a published one.")
@options.config
@click.option(
    "--learner",
    "learners",
    multiple=True,
    metavar="NAME",
    help="Enter only this published model of the study; may be given several times.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Where saved models go: <study>/<learner>.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The folder of the saved model itself, where there is one.",
)
@options.as_json
@options.quiet
def command(
    config: Path,
    learners: tuple[str, ...],
    models: Path,
    out: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make saved models of the published ones of a study file (learners with a `model`).

    \b
    Example:
      predictor enter published.yaml --out models/published
    """
    from predictor.saved.model import RESEARCH_ONLY
    from predictor.workflows import enter

    found = enter(config, learners=learners, models=models, out=out)
    with options.printing():
        if as_json:
            options.print_json(found)
        messages = options.messages(quiet)
        for each in found.models:
            refused = (
                f"; refuses patients without {', '.join(each.refused)}" if each.refused else ""
            )
            messages.print(
                f"entered {each.learner} ({each.form}) from {each.source}: reads "
                f"{', '.join(each.columns)}{refused}",
                soft_wrap=True,
            )
            score = ["predictor", "score", each.model, "--data", "NEW.csv", "--out", "scores.csv"]
            messages.print(f"model   {each.model}", soft_wrap=True)
            messages.print(f"score   {shlex.join(score)}", soft_wrap=True)
        messages.print(RESEARCH_ONLY, style="dim")
