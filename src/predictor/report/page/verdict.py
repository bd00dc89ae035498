"""What stands first: the finding, in words and in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from predictor.report.page.blocks import Level, Verdict
from predictor.report.wording import number, percent, span

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


def headline_learner(report: Mapping[str, Any]) -> str | None:
    """The learner the numbers in front are about.

    The champion, or the one with the highest AUROC if the champion has no covariates; comparators
    only where there is nothing else.
    """
    learners = report["learners"]
    if learners.get(report.get("champion"), {}).get("parameters"):
        return str(report["champion"])
    known = {
        name: (not facts.get("comparator", False), facts["metrics"]["auroc"]["estimate"])
        for name, facts in learners.items()
        if facts["parameters"] and facts["metrics"]["auroc"]["estimate"] is not None
    }
    return max(known, key=known.__getitem__) if known else None


def _facts(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Label, number, what it means."""
    data, size = report["data"], report["sample_size"]
    facts = [
        (
            "Patients",
            str(data["labelled"]),
            f"{data['events']} with the event ({percent(data['events'] / data['labelled'])})",
        ),
        (
            "Patients needed",
            str(size["required"]["all_criteria"]),
            f"for {size['parameters']} parameters and an AUROC of {number(size['assumed_auroc'])}",
        ),
    ]
    name = headline_learner(report)
    if name is not None:
        facts = [*_performance(name, report["learners"][name]), *facts]
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
