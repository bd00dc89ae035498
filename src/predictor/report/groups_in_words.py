"""What groups of patients show, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.results import ByGroups, GroupPerformance, IntervalEstimate, TrainingResult
from predictor.results.words import listed, number, span, with_interval

NONE_DECLARED = "No groups of patients were declared (`groups:` in the study file)."


def groupings_of(report: TrainingResult) -> list[str]:
    """Names of the ways in which a training parts its patients."""
    return list(dict.fromkeys(g.name for f in report.learning.values() for g in f.groups))


def of_subject(report: TrainingResult) -> str:
    """What groups show of the learner that a training is about, in one text."""
    found = report.learning.get(report.subject or report.champion)
    return (" ".join(in_words(found.groups)) if found else "") or "No subgroups."


def in_words(groups: Sequence[ByGroups]) -> list[str]:
    """A few sentences for each way to part the patients: numbers, differences, who is left out."""
    return [" ".join(_sentences(each)) for each in groups]


def _sentences(found: ByGroups) -> list[str]:
    told = [group for group in found.groups if group.told]
    silent = [group.group for group in found.groups if not group.told]
    if not told:
        return [f"By {found.name}: too few patients in every group to say anything."]
    aurocs = listed([f"{group.group} {with_interval(group.auroc)}" for group in told])
    said = [f"By {found.name}: AUROC of {aurocs}."]
    if silent:
        said.append(f"Nothing can be said of {listed(silent)}.")
    return [*said, *_ranked(told), *_promised(told)]


def _ranked(told: Sequence[GroupPerformance]) -> list[str]:
    """Whether patients are ranked better in one group than in the others."""
    known = [group for group in told if group.auroc_minus_others.low is not None]
    if not known:
        return []
    apart = [group for group in known if _beyond_noise(group.auroc_minus_others)]
    if not apart:
        reach = max(_reach(group.auroc_minus_others) for group in known)
        shown = f"No difference between groups was shown; one of up to {number(reach)}"
        return [f"{shown} cannot be ruled out."]
    return [
        f"The AUROC of {group.group} differs from that of the others by "
        f"{number(group.auroc_minus_others.estimate)} ({span(group.auroc_minus_others)})."
        for group in apart
    ]


def _promised(told: Sequence[GroupPerformance]) -> list[str]:
    """Who gets probabilities that are too high, or too low."""
    said = []
    for group in told:
        gap = group.observed_minus_predicted
        if gap.estimate is not None and _beyond_noise(gap):
            side = "more" if gap.estimate > 0 else "fewer"
            said.append(
                f"Of {group.group}, {side} had the event than predicted, by "
                f"{100 * abs(gap.estimate):.0f} points."
            )
    return said


def _beyond_noise(found: IntervalEstimate) -> bool:
    return found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)


def _reach(found: IntervalEstimate) -> float:
    return max(abs(found.low or 0), abs(found.high or 0))
