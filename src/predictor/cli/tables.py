"""Results as tables in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from predictor.results import CohortCounts, TrainingResult


def flow_table(data: CohortCounts) -> Table:
    """From the rows of the table to the patients analysed."""
    from rich.table import Table

    table = Table(title="Patients", title_justify="left")
    table.add_column("step")
    table.add_column("patients", justify="right")
    table.add_row("rows of the table", str(data.rows))
    for step in data.exclusions:
        undecided = f", {step.undecided} unknown" if step.undecided else ""
        table.add_row(f"not eligible: {step.rule}", f"{-step.excluded}{undecided}")
    table.add_row("eligible", str(data.eligible))
    table.add_row("no label", str(-data.unlabelled))
    table.add_row("labelled", str(data.labelled))
    table.add_row("with the event", str(data.events))
    for name, other in data.alternatives.items():
        table.add_row(f"  if defined as: {name}", f"{other.events} of {other.labelled}")
    return table


def learner_table(summary: TrainingResult) -> Table:
    """One row per learner: honest AUROC with its interval, apparent beside it, Brier, slope."""
    from rich.table import Table

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
            f"{number(auroc.estimate, 2)} ({number(auroc.low, 2)} to {number(auroc.high, 2)})",
            number(auroc.apparent, 2),
            number(metrics["brier"].estimate, 3),
            number(metrics["calibration_slope"].estimate, 2),
            f"{facts.seconds:.1f}",
        )
    return table


def against_the_prevalence(summary: TrainingResult) -> list[str]:
    """Lines that say whose AUROC is told apart from that of the prevalence."""
    from predictor.learners import REFERENCE

    constant = [name for name, facts in summary.learners.items() if not facts.parameters]
    reference = constant[0] if constant else REFERENCE
    learners: dict[str, list[str]] = {}
    for found in summary.comparisons:
        if found.second == reference and found.measure == "auroc":
            worse = found.difference is not None and found.difference < 0
            told = "worse than" if worse else "better than"
            word = "within noise of" if found.within_noise else told
            learners.setdefault(word, []).append(found.first)
    return [f"AUROC {word} the prevalence's: {', '.join(who)}" for word, who in learners.items()]


def number(value: float | None, digits: int) -> str:
    """A number, or a dash where it is not defined."""
    return "-" if value is None else f"{value:.{digits}f}"
