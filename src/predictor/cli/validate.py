"""``predictor validate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options
from predictor.cli.progress import steps
from predictor.cli.tables import print_run

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import DeliveredValidation

_SHOWN = (
    "auroc", "observed_expected", "calibration_intercept", "calibration_slope", "brier", "log_loss",
)  # fmt: skip


@click.command("validate", short_help="Measure a finished model in new patients.")
@click.argument("model")
@options.data
@click.option(
    "--against",
    multiple=True,
    metavar="MODEL",
    help="Another saved model in the same patients; may be given several times.",
)
@click.option(
    "--training",
    type=options.TablePlace(),
    help="The table the model was made of: how well new patients can be told from it.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the report, which holds no other one.  "
    "[default: reports/<study>/validations/<validation>]",
)
@click.option(
    "--name",
    metavar="TEXT",
    help="What its run in MLflow and its centre are called.  [default: the table]",
)
@options.cluster
@options.as_json
@options.quiet
def command(
    model: str,
    data: Path | str,
    against: tuple[str, ...],
    training: Path | str | None,
    out: Path | None,
    name: str | None,
    cluster: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure a saved model, as it stands, in new patients whose outcome is known: discrimination,
    calibration and net benefit with intervals, how these patients differ, whether they are enough.

    A cluster (--cluster) is worth its start from about 50,000 new patients on: cohorts resampled
    from them are measured there. Of up to 4,000 all are one piece of work.

    \b
    Examples:
      predictor validate models/starter/latest/ridge --data second-hospital.csv
      predictor validate models:/starter@champion --data new.csv --against models/published
    """
    from predictor.workflows import validate

    with options.computing(cluster, -1, quiet=quiet) as elsewhere, steps(quiet) as show:
        found = validate(
            model,
            data,
            against=against,
            training=training,
            out=out,
            name=name,
            elsewhere=elsewhere,
            progress=show,
        )
    with options.printing():
        if as_json:
            options.print_json(found)
        _show(found, options.results(as_json, quiet))
    if found.tracking_error is not None:
        options.say(f"validated and written, but not tracked: {found.tracking_error}")
        raise click.exceptions.Exit(3)


def _show(found: DeliveredValidation, out: Console) -> None:
    from rich.table import Table

    from predictor.report.wording import measure
    from predictor.results.words import with_interval

    models = {found.model.name: found.measures}
    models |= {name: other.measures for name, other in found.others.items()}
    table = Table(title="In new patients (95 % interval)", title_justify="left")
    table.add_column("measure")
    for name in models:
        table.add_column(name, justify="right")
    if found.measures["auroc"].expected is not None:
        table.add_column("training expected", justify="right")
    for name in _SHOWN:
        expected = found.measures[name].expected
        cells = [with_interval(each[name]) for each in models.values()]
        if found.measures["auroc"].expected is not None:
            cells.append("-" if expected is None else with_interval(expected))
        table.add_row(measure(name)[0], *cells)
    out.print(table)
    level = found.verdict_level
    out.print(f"{level[:1].upper()}{level[1:]}.", style="bold")
    for sentence in found.verdict:
        out.print(sentence)
    out.print()
    out.print(f"report  {found.report}", soft_wrap=True)
    out.print(f"share   {found.shared}", soft_wrap=True)
    print_run(found.run_id, found.about_version, out)
