"""``predictor train``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from predictor.cli import options
from predictor.cli.progress import steps
from predictor.disk import LATEST
from predictor.processes import Processes

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.cohort.parted import Gather
    from predictor.results import DeliveredTraining

_LEARNERS = ("predictor.learners.ridge", "predictor.learners.lightgbm", "lightgbm")
# what trains models, and then draws, imported by the processes while the table is read
_NEEDED = (
    *_LEARNERS,
    "matplotlib.backends.backend_svg", "matplotlib.figure", "predictor.report.figures",
)  # fmt: skip


@click.command("train", short_help="Train, validate, explain, save and track.")
@options.config
@options.data
@click.option(
    "--learner",
    "learners",
    multiple=True,
    metavar="NAME",
    help="Train only this learner of the study, or of the package; may be given several times.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=Path("models"),
    show_default=True,
    help="Where saved models go: <study>/<training>/<learner>, and <study>/latest.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the report, which holds no other one.  [default: reports/<study>/<training>]",
)
@click.option(
    "--name",
    metavar="TEXT",
    help="What its runs in MLflow are called.  [default: outcome, covariates and patients]",
)
@options.seed
@options.jobs
@options.cluster
@click.option(
    "--individual",
    is_flag=True,
    help="Draw SHAP values with a point per patient: personal data, not to be shared.",
)
@click.option(
    "--promote",
    is_flag=True,
    help="Make its champion that of the question in MLflow, in the place of the one there is.",
)
@click.option(
    "--prior",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="Folder of a saved model: a ridge more, ridge_prior, starts from its coefficients.",
)
@click.option(
    "--by-part",
    is_flag=True,
    help="For more patients than a memory holds: --data is a folder of Parquet files.",
)
@options.as_json
@options.quiet
def command(
    config: Path,
    data: Path | str,
    learners: tuple[str, ...],
    models: Path,
    out: Path | None,
    name: str | None,
    seed: int | None,
    jobs: int,
    cluster: str | None,
    individual: bool,
    promote: bool,
    prior: Path | None,
    by_part: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train, validate, explain, save and track the learners of a study.

    \b
    Examples:
      predictor train study.yaml --data patients.csv
      predictor train study.yaml --data parts/ --by-part --cluster tls://HOST:8786
    """
    if by_part and (individual or prior is not None):
        raise click.UsageError(
            "--individual and --prior need all patients in one memory: leave them out, or --by-part"
        )
    with (
        Processes(jobs, imports=_NEEDED) as here,
        options.computing(cluster, jobs, here, quiet=quiet, imports=_LEARNERS) as elsewhere,
    ):
        if by_part:
            from predictor.workflows import train_by_part
        else:
            from predictor.workflows import train

        with steps(quiet) as show:
            if by_part:
                summary = train_by_part(
                    config,
                    data,
                    gather=None if cluster is None else _pieces_of(elsewhere),
                    learners=learners,
                    models=models,
                    out=out,
                    name=name,
                    seed=seed,
                    drawing=here,
                    promote=promote,
                    progress=show,
                )
            else:
                summary = train(
                    config,
                    data,
                    learners=learners,
                    models=models,
                    out=out,
                    name=name,
                    seed=seed,
                    jobs=jobs,
                    elsewhere=elsewhere,
                    drawing=here,
                    individual=individual,
                    promote=promote,
                    prior=prior,
                    progress=show,
                    foretold=None if quiet else show.foretold,
                )
    with options.printing():
        if as_json:
            options.print_json(summary)
        _show(summary, options.results(as_json, quiet))
    if summary.tracking_error is not None:
        options.say(f"trained and written, but not tracked: {summary.tracking_error}")
        raise click.exceptions.Exit(3)


def _pieces_of(elsewhere: object) -> Gather:
    from predictor.cluster import Cluster

    assert isinstance(elsewhere, Cluster)
    return cast("Gather", elsewhere.pieces)


def _show(summary: DeliveredTraining, out: Console) -> None:
    from predictor.cli.audits import show_audits
    from predictor.cli.tables import against_the_prevalence, flow_table, learner_table
    from predictor.report.wording import choice_counted_in, in_later_patients, trained_by_part

    learners = summary.learners
    out.print(flow_table(summary.data))
    out.print(learner_table(summary))
    if any(f.metrics["calibration_slope"].estimate is None for f in learners.values()):
        out.print("- not estimable; the report says why")
    for line in against_the_prevalence(summary):
        out.print(line)
    if (said := choice_counted_in(summary)) is not None:
        out.print(said)
    if (said := trained_by_part(summary)) is not None:
        out.print(said)
    if (said := in_later_patients(summary, summary.subject or summary.champion)) is not None:
        out.print(said)
    out.print(f"* champion: {summary.champion}, {summary.champion_reason}")
    out.print()
    for sentence in summary.verdict:
        out.print(sentence)
    out.print()
    show_audits(summary.audits, out)
    out.print()
    model = _latest(learners[summary.champion].model, summary.training)
    score = shlex.join(["predictor", "score", model, "--data", "NEW.csv", "--out", "scores.csv"])
    places = {"report ": _latest(summary.report, summary.training), "model  ": model}
    if summary.run_id is not None:
        places["runs   "] = "predictor ui"
    if (left := _left_in_place(summary)) is not None:
        out.print(left, soft_wrap=True)
        out.print()
    for what, where in {**places, "score  ": score}.items():
        out.print(f"{what} {where}", soft_wrap=True)


def _latest(path: str, training: str) -> str:
    """The same place by the name that stays: `latest`, where that leads to this training."""
    parts = [LATEST if part == training else part for part in Path(path).parts]
    shorter = Path(*parts)
    return str(shorter) if shorter.exists() and shorter.samefile(path) else path


def _left_in_place(summary: DeliveredTraining) -> str | None:
    """What to know, and do, where another version stays the champion in MLflow."""
    ours = summary.model_versions.get(summary.champion)
    if summary.registered is None or ours == summary.champion_version:
        return None
    promote = shlex.join(["predictor", "promote", summary.registered, str(ours), "--reason", "WHY"])
    return (
        f"In MLflow version {summary.champion_version} of {summary.registered} stays the champion; "
        f"this training's is version {ours}: {promote}"
    )
