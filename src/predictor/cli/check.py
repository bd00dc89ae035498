"""``predictor check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import CheckResult


@click.command("check", short_help="Check a study and its table before training.")
@options.config
@options.data
@options.as_json
@options.quiet
def command(config: Path, data: Path, as_json: bool, quiet: bool) -> None:
    """Check a study and its table: dictionary, values, labels, leakage, sample size.

    \b
    Example:
      predictor check study.yaml --data patients.csv
    """
    from predictor.workflows import check

    facts = check(config, data)
    with options.printing():
        if as_json:
            options.print_json(facts)
        _show(facts, options.results(as_json, quiet))


def _show(facts: CheckResult, out: Console) -> None:
    from rich.table import Table

    from predictor.cli.audits import show_audits
    from predictor.cli.tables import flow_table

    out.print(flow_table(facts.data))
    if others := facts.data.other_columns:
        out.print(f"columns of the table that are not declared, and left out: {others}")
    table = Table(title="Covariates", title_justify="left")
    for heading in ("covariate", "kind", "parameters", "lowest", "highest", "missing"):
        table.add_column(heading, justify="left" if heading in ("covariate", "kind") else "right")
    for row in facts.covariates:
        ends = ("-" if end is None else f"{end:g}" for end in (row.lowest, row.highest))
        table.add_row(row.name, row.kind, str(row.parameters), *ends, str(row.missing))
    out.print(table)
    for sentence in facts.redundancy.sentences if facts.redundancy else ():
        out.print(sentence)
    if facts.expected:
        table = Table(title="Expected", title_justify="left")
        for heading in ("more of", "goes with"):
            table.add_column(heading)
        for name, direction in facts.expected.items():
            table.add_row(name, f"{direction} of the event")
        out.print(table)
    if facts.global_test:
        out.print(f"global test: the label, {', '.join(facts.global_test)}")
    size = facts.sample_size
    required = size.required
    table = Table(
        title=f"Patients required for {size.parameters} "
        f"parameter{'' if size.parameters == 1 else 's'} and an AUROC of "
        f"{size.assumed_auroc:.2f} ({size.assumed_because})",
        title_justify="left",
    )
    table.add_column("criterion")
    table.add_column("patients", justify="right")
    for name, meaning in (
        ("shrinkage", "coefficients shrink by at most 10 %"),
        ("optimism", "R2 is at most 0.05 too good"),
        ("prevalence", "share of events known to 5 points"),
        ("mape", "probabilities wrong by 5 points on average"),
        ("all_criteria", "all of these"),
    ):
        table.add_row(meaning, str(getattr(required, name)))
    out.print(table)
    out.print(
        f"Here: {size.patients} patients, {size.events_per_parameter:.1f} of the rarer label "
        f"per parameter. Expected: coefficients worth {100 * size.expected_shrinkage:.0f} % of "
        f"what they look like, probabilities wrong by {100 * size.expected_mape:.0f} points."
    )
    out.print()
    show_audits(facts.audits, out)
