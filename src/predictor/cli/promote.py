"""``predictor promote``."""

from __future__ import annotations

import click

from predictor.cli import options


@click.command("promote", short_help="Name the champion of a question in MLflow.")
@click.argument("study")
@click.argument("version", type=click.IntRange(min=1))
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept as a tag of the version.")
@options.as_json
@options.quiet
def command(study: str, version: int, reason: str, as_json: bool, quiet: bool) -> None:
    """Make a version of a registered model the champion of its question. The first training names
    the champion; after that nothing but this, or `train --promote`, does.

    STUDY is the name of a study that asks one question, or of the registered model.

    \b
    Examples:
      predictor promote starter 2 --reason "two covariates fewer, no worse"
      predictor promote starter.responder.T0 2 --reason "reviewed on Monday"
    """
    from predictor.workflows import promote

    named = promote(study, version, reason)
    with options.printing():
        if as_json:
            options.print_json(named)
        before = "" if named.before in (None, version) else f" in the place of {named.before}"
        options.messages(quiet).print(
            f"version {version} ({named.learner}) is the champion of {named.registered}{before}",
            soft_wrap=True,
        )
