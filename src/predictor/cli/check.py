"""``predictor check``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from predictor.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.cli.console import PlainConsole
    from predictor.results import CheckResult
    from predictor.workflows.table_faults import Told

_WORST = 50  # points; beyond it the formula says nothing that can be true


@click.command("check", short_help="Check a study and its table before training.")
@options.config
@options.data
@click.option(
    "--fix",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write what is to paste into a copy of the study file, and check that.",
)
@options.as_json
@options.quiet
def command(config: Path, data: Path | str, fix: Path | None, as_json: bool, quiet: bool) -> None:
    """Check a study and its table: dictionary, values, labels, leakage, sample size.

    What the table breaks is told by kind, with lines to paste into the study file where that, and
    not the table, is likely to be wrong. A drafted study is asked for what is open.

    \b
    Examples:
      predictor check study.yaml --data patients.csv
      predictor check study.yaml --data patients.csv --fix study-2.yaml
    """
    facts = _check(config, data, fix, options.messages(quiet))
    with options.printing():
        if as_json:
            options.print_json(facts)
        _show(facts, options.results(as_json, quiet))


def _check(config: Path, data: Path | str, fix: Path | None, out: PlainConsole) -> CheckResult:
    from predictor.cohort import TableError
    from predictor.errors import DataError
    from predictor.workflows import check
    from predictor.workflows.table_faults import conversation, write_fixed

    try:
        return check(config, data)
    except TableError as error:
        written = write_fixed(error, config, fix) if fix is not None else []
        if fix is None or not written:
            raise DataError(_told(conversation(error, config), error.asked, out)) from None
        out.print(f"wrote {fix}, a copy of {config} with", soft_wrap=True)
        for line in written:
            out.print(f"  {line}", soft_wrap=True)
        return _check(fix, data, None, out)


def _told(found: Sequence[Told], asked: Sequence[str], out: PlainConsole) -> list[str]:
    """Sentences are folded where a terminal would cut them; lines to paste are not."""

    def folded(text: str, indent: str = "") -> list[str]:
        if not out.is_terminal:
            return [indent + text]
        return textwrap.wrap(
            text,
            out.width - 2,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_on_hyphens=False,
        )

    lines: list[str] = []
    for told in found:
        lines += [*folded(told.what), *(row for each in told.where for row in folded(each, "  "))]
        if told.paste:
            lines += ["  if that is right, paste:", *(f"    {line}" for line in told.paste)]
    return [*lines, *(row for question in asked for row in folded(question))]


def _show(facts: CheckResult, out: Console) -> None:
    from rich.table import Table

    from predictor.cli.audits import show_audits
    from predictor.cli.tables import first_of, flow_table

    out.print(flow_table(facts.data))
    if others := facts.data.other_columns:
        out.print(f"columns of the table that are not declared, and left out: {others}")
    if facts.data.taken:
        out.print("how the table was taken:")
    for each in facts.data.taken:
        out.print(f"  {each}")
    table = Table(title="Covariates", title_justify="left")
    for heading in ("covariate", "kind", "parameters", "lowest", "highest", "missing"):
        table.add_column(heading, justify="left" if heading in ("covariate", "kind") else "right")
    shown, more = first_of(facts.covariates, "--json has")
    for row in shown:
        ends = ("-" if end is None else f"{end:g}" for end in (row.lowest, row.highest))
        table.add_row(row.name, row.kind, str(row.parameters), *ends, str(row.missing))
    out.print(table)
    if more is not None:
        out.print(more)
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
    wrong = 100 * size.expected_mape
    out.print(
        f"Here: {size.patients} patients, {size.events_per_parameter:.1f} of the rarer label "
        f"per parameter. Expected: coefficients worth {100 * size.expected_shrinkage:.0f} % of "
        f"what they look like, probabilities wrong by "
        f"{f'{wrong:.0f}' if wrong <= _WORST else f'more than {_WORST}'} points."
    )
    out.print()
    show_audits(facts.audits, out)
