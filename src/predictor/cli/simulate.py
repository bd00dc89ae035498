"""``predictor simulate``."""

from __future__ import annotations

from pathlib import Path

import click

from predictor.cli import options


@click.command("simulate", short_help="Write a synthetic cohort of CRPS patients.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--patients", type=click.IntRange(min=1), help="How many patients.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option(
    "--auroc",
    type=click.FloatRange(0.5, 0.9),
    default=0.70,
    show_default=True,
    help="AUROC of the true probability; 0.5 for no signal.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="Also write each patient's true probability to this file.",
)
@click.option(
    "--published",
    is_flag=True,
    help="One fixed cohort of 48 with the published figures, instead of --patients.",
)
@options.as_json
@options.quiet
def command(
    file: Path,
    patients: int | None,
    seed: int,
    auroc: float,
    truth: Path | None,
    published: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Write a synthetic cohort of CRPS patients; nobody in it exists.

    \b
    Examples:
      predictor simulate crps.csv --patients 200 --seed 7 --auroc 0.75 --truth truth.csv
      predictor simulate crps.csv --published
    """
    if published == (patients is not None):
        raise click.UsageError("give either --patients or --published")
    if published and truth is not None:
        raise click.UsageError("the published cohort has no known true probability")
    if truth is not None and truth.resolve() == file.resolve():
        raise click.UsageError("--truth must be another file than that of the cohort")
    from predictor.cohort import simulate as simulation
    from predictor.results import SyntheticCohort

    drawn = (
        simulation.published()
        if patients is None
        else simulation.simulate(patients, seed=seed, auroc=auroc)
    )
    simulation.write(drawn, file)
    if truth is not None:
        simulation.write_truth(drawn, truth)
    with options.printing():
        if as_json:
            found = SyntheticCohort(
                file=str(file),
                patients=drawn.table.num_rows,
                truth=None if truth is None else str(truth),
            )
            options.print_json(found)
        options.messages(quiet).print(
            f"wrote {drawn.table.num_rows} synthetic patients to {file}", soft_wrap=True
        )
