"""What stands first: the finding, in words and in a few numbers."""

from __future__ import annotations

from predictor.report.page.blocks import Facts, Level, Points, Section, Verdict
from predictor.report.wording import assumed_auroc
from predictor.results import LearnerResult, TrainingResult, VerdictLevel
from predictor.results.words import count, number, percent, span

KEYS: dict[VerdictLevel, Level] = {
    "nothing found": "nothing",
    "something is there, but no model was shown to use it": "something",
    "exploratory only": "exploratory",
    "worth an external validation": "worth",
    "ready for external validation": "ready",
}
SCALE: tuple[tuple[Level, str], ...] = (
    ("nothing", "nothing found"),
    ("something", "something is there, no model shown"),
    ("exploratory", "exploratory only"),
    ("worth", "worth an external validation"),
    ("ready", "ready for external validation"),
)


def verdict(report: TrainingResult) -> Verdict:
    """The verdict of a report."""
    named = report.verdict_level
    return Verdict(
        level=KEYS[named],
        headline=named[:1].upper() + named[1:],
        scale=SCALE,
        sentences=list(report.verdict),
        facts=_facts(report),
    )


def verdict_in_full(report: TrainingResult) -> Section:
    """Every sentence of the verdict, and the numbers that go with it."""
    facts = [(label, f"{value}: {meaning}") for label, value, meaning in _facts(report)]
    return Section("verdict-in-full", "Verdict", [Points(report.verdict), Facts(facts)])


def _facts(report: TrainingResult) -> list[tuple[str, str, str]]:
    """Label, number, what it means."""
    data, size = report.data, report.sample_size
    name = report.subject
    whose = "" if name is None else f" of {name}"
    facts = [
        (
            "Patients",
            str(data.labelled),
            f"{data.events} with the event ({percent(data.events / data.labelled)})",
        ),
        (
            "Patients needed",
            str(size.required.all_criteria),
            f"for {count(size.parameters, 'parameter')}{whose} and {assumed_auroc(size)}",
        ),
    ]
    if name is not None:
        first, *rest = _performance(name, report.learners[name])
        facts = [first, *_best_of_several(report), *rest, *facts]
        if name != report.champion:
            why = f"kept by log loss; the numbers here are of {name}: {report.subject_reason}"
            facts.append(("Champion", report.champion, why))
    return facts


def _best_of_several(report: TrainingResult) -> list[tuple[str, str, str]]:
    found = report.repeated_choice
    if found is None or found.estimate is None:
        return []
    return [
        (
            f"AUROC of the best of {len(found.chosen)}",
            number(found.estimate),
            f"95 % interval {span(found)}; with the choice among the learners counted in",
        )
    ]


def _performance(name: str, facts: LearnerResult) -> list[tuple[str, str, str]]:
    auroc = facts.metrics["auroc"]
    shown = [
        (
            f"AUROC of {name}",
            number(auroc.estimate),
            f"95 % interval {span(auroc)}; 0.5 is chance",
        )
    ]
    moved = facts.instability_mape
    if moved is not None:
        shown.append(
            (
                "Instability",
                f"{100 * moved:.0f} points",
                "what another sample would move a typical patient's probability by",
            )
        )
    return shown
