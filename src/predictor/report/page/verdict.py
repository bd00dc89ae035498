"""What stands first: the finding, in words and in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from predictor.report.page.blocks import Level, Verdict
from predictor.report.wording import assumed_auroc, count, number, percent, span

SCALE: tuple[tuple[Level, str], ...] = (
    ("nothing", "nothing found"),
    ("exploratory", "exploratory only"),
    ("worth", "worth an external validation"),
    ("ready", "ready for external validation"),
)


def verdict(report: Mapping[str, Any]) -> Verdict:
    """The verdict of a report; its level from the first sentence where an older one names none."""
    sentences = list(report.get("verdict", ()))
    named = report.get("verdict_level")
    if named is None and sentences:
        named = sentences[0].partition(":")[0].strip().lower()
    level: Level = next((key for key, words in SCALE if words == named), "unknown")
    headline = str(named or "no verdict")
    return Verdict(
        level=level,
        headline=headline[:1].upper() + headline[1:],
        scale=SCALE,
        sentences=sentences,
        facts=_facts(report),
    )


def subject(report: Mapping[str, Any]) -> str | None:
    """The learner that a report is about, as validation has chosen it."""
    name = report.get("subject")
    return name if name in report["learners"] else None


def _facts(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Label, number, what it means."""
    data, size = report["data"], report["sample_size"]
    name = subject(report)
    whose = "" if name is None else f" of {name}"
    facts = [
        (
            "Patients",
            str(data["labelled"]),
            f"{data['events']} with the event ({percent(data['events'] / data['labelled'])})",
        ),
        (
            "Patients needed",
            str(size["required"]["all_criteria"]),
            f"for {count(size['parameters'], 'parameter')}{whose} and {assumed_auroc(size)}",
        ),
    ]
    if name is not None:
        facts = [*_performance(name, report["learners"][name]), *facts]
        if name != report.get("champion"):
            why = f"kept by log loss; the numbers here are of {name}: {report['subject_reason']}"
            facts.append(("Champion", str(report.get("champion")), why))
    return facts


def _performance(name: str, facts: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    auroc = facts["metrics"]["auroc"]
    shown = [
        (
            f"AUROC of {name}",
            number(auroc["estimate"]),
            f"95 % interval {span(auroc)}; 0.5 is chance",
        )
    ]
    moved = facts.get("instability_mape")
    if moved is not None:
        shown.append(
            (
                "Instability",
                f"{100 * moved:.0f} points",
                "what another sample would move a typical patient's probability by",
            )
        )
    return shown
