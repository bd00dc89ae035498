"""``predictor plan``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options
from predictor.cli.progress import steps
from predictor.cli.tables import table_of

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import StudyPlan


@click.command("plan", short_help="Simulate studies: how many patients would show something.")
@options.config
@click.option(
    "--data",
    type=options.TablePlace(),
    help="Patients so far: covariates like theirs, and advice.  [default: made up from the study]",
)
@click.option(
    "--patients",
    type=int,
    multiple=True,
    help="Size of a study; repeat it.  [default: 48 100 200 400 800 1600]",
)
@click.option(
    "--auroc",
    "strengths",
    type=float,
    multiple=True,
    help="Assumed AUROC of the true probability; repeat it.  [default: 0.5 0.6 0.7 0.8]",
)
@click.option("--planned", type=int, help="Patients at the end.  [default: twice those so far]")
@click.option(
    "--prevalence", type=float, help="Share of events.  [default: that of the table, or 0.5]"
)
@click.option(
    "--learner",
    "learners",
    multiple=True,
    help="Simulate this one; repeat it for more.  [default: all that are quick]",
)
@click.option(
    "--cohorts",
    type=int,
    default=30,
    show_default=True,
    help="Studies of the smallest size and each AUROC; fewer of larger ones.",
)
@click.option("--html", type=click.Path(path_type=Path), help="Write a page as well.")
@options.seed
@options.jobs
@options.cluster
@options.as_json
@options.quiet
def command(
    config: Path,
    data: Path | str | None,
    patients: tuple[int, ...],
    strengths: tuple[float, ...],
    planned: int | None,
    prevalence: float | None,
    learners: tuple[str, ...],
    cohorts: int,
    html: Path | None,
    seed: int | None,
    jobs: int,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate studies with the covariates and learners of a study file, from few patients to many,
    and say how often something would be found. With a table, say whether to go on.

    \b
    Examples:
      predictor plan study.yaml
      predictor plan study.yaml --data patients.csv --planned 96 --html plan.html
    """
    from predictor.workflows import plan_study

    with (
        options.computing(cluster, jobs, quiet=quiet) as elsewhere,
        steps(quiet) as show,
    ):
        found = plan_study(
            config,
            data,
            learners=learners,
            patients=patients,
            strengths=strengths,
            planned=planned,
            prevalence=prevalence,
            studies=cohorts,
            seed=seed,
            jobs=jobs,
            elsewhere=elsewhere,
            progress=show,
        )
    if html is not None:
        from predictor.workflows import write_plan

        write_plan(found, html)
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
        if html is not None:
            options.messages(quiet).print(f"wrote {html}", soft_wrap=True)


def _show(found: StudyPlan, out: Console) -> None:
    from predictor.report.planning_tables import tables_of_plan

    for shown in tables_of_plan(found):
        out.print(table_of(shown))
        if shown.note:
            out.print(shown.note)
        out.print()
    if found.advice is not None:
        for sentence in found.advice.sentences:
            out.print(sentence)
        out.print()
    for sentence in found.assumptions:
        out.print(f"- {sentence}")
