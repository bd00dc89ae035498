"""Results as tables in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from predictor.report.description import ShownTable
    from predictor.results import CohortCounts, TrainingResult

_Row = TypeVar("_Row")


MOST_ROWS = 40
_FIRST_ROWS = 20


def first_of(rows: Sequence[_Row], where: str) -> tuple[Sequence[_Row], str | None]:
    """The first rows of a table that has too many to be read, and a line about the others.

    Parameters
    ----------
    rows
        All of them.
    where
        What has them all, with its verb.
    """
    if len(rows) <= MOST_ROWS:
        return rows, None
    return rows[:_FIRST_ROWS], f"... and {len(rows) - _FIRST_ROWS} more: {where} all {len(rows)}"


def table_of(shown: ShownTable) -> Table:
    """A table of a report: names to the left, numbers to the right."""
    from rich.table import Table

    table = Table(title=shown.title, title_justify="left")
    for place, heading in enumerate(shown.headings):
        table.add_column(heading, justify="left" if place == 0 else "right")
    for row in shown.rows:
        table.add_row(*row)
    return table


def print_run(run_id: str | None, about_version: str | None, out: Console) -> None:
    """Where the run of a report about a model is; nothing where it was not tracked."""
    if run_id is not None:
        about = f", about {about_version}" if about_version else ""
        out.print(f"run     {run_id}{about}: predictor ui", soft_wrap=True)


def flow_table(data: CohortCounts) -> Table:
    """From the rows of the table to the patients analysed."""
    from rich.table import Table

    table = Table(title="Patients", title_justify="left")
    table.add_column("step")
    table.add_column("patients", justify="right")
    for step in data.steps:
        undecided = f", {step.undecided} unknown" if step.undecided else ""
        patients = -step.patients if step.left_out else step.patients
        table.add_row(step.words, f"{patients}{undecided}")
    for name, other in data.alternatives.items():
        table.add_row(f"  if defined as: {name}", f"{other.events} of {other.labelled}")
    return table


def learner_table(summary: TrainingResult) -> Table:
    """One row per learner: honest AUROC with its interval, apparent beside it, Brier, slope."""
    from rich.table import Table

    from predictor.results.words import plain

    table = Table(title="What a fresh sample would show", title_justify="left")
    table.add_column("learner")
    for heading in ("AUROC (95 % interval)", "apparent", "Brier", "slope"):
        table.add_column(heading, justify="right")
    table.add_column("seconds", justify="right")
    for name, facts in summary.learners.items():
        metrics = facts.metrics
        auroc = metrics["auroc"]
        table.add_row(
            f"{name} *" if name == summary.champion else name,
            f"{plain(auroc.estimate)} ({plain(auroc.low)} to {plain(auroc.high)})",
            plain(auroc.apparent),
            plain(metrics["brier"].estimate, 3),
            plain(metrics["calibration_slope"].estimate),
            f"{facts.seconds:.1f}",
        )
    return table


def against_the_prevalence(summary: TrainingResult) -> list[str]:
    """Lines that say whose AUROC is told apart from that of the prevalence."""
    from predictor.learners import REFERENCE

    constant = [name for name, facts in summary.learners.items() if facts.constant]
    reference = constant[0] if constant else REFERENCE
    learners: dict[str, list[str]] = {}
    for found in summary.comparisons:
        if found.second == reference and found.measure == "auroc":
            worse = found.difference is not None and found.difference < 0
            told = "worse than" if worse else "better than"
            word = "within noise of" if found.within_noise else told
            learners.setdefault(word, []).append(found.first)
    return [f"AUROC {word} the prevalence's: {', '.join(who)}" for word, who in learners.items()]
