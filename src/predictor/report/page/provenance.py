"""What made this page, so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from predictor.report.page.blocks import (
    Block,
    Code,
    Facts,
    Fold,
    Missing,
    Picture,
    Section,
    Table,
    Text,
)


def provenance(report: Mapping[str, Any], _pictures: Sequence[Picture]) -> Section:
    """Versions, seed, fingerprint, plan, study file and SQL."""
    facts = [
        ("Study", report["study"]),
        ("Trained", report.get("time", "")),
        ("Seed", str(report.get("seed", ""))),
        ("Fingerprint of the table", report["data"]["fingerprint"]),
        ("Champion", f"{report.get('champion')}: {report.get('champion_reason', '')}"),
    ]
    blocks: list[Block] = [
        Text(
            "With the same patients in whatever order, study file, SQL, seed and versions, the "
            "same numbers come out. "
            "The plain data behind this page are in report.json; two reports can be compared by "
            "comparing those files."
        ),
        Facts([(term, text) for term, text in facts if text]),
        *_plan(report),
        Table(
            "Versions",
            ["Package", "Version"],
            [[name, version] for name, version in report.get("versions", {}).items()],
        ),
        Table(
            "Time taken",
            ["Learner", "Seconds", "Procedure"],
            [
                [name, f"{facts['seconds']:.1f}", facts["learner"]]
                for name, facts in report["learners"].items()
            ],
            frozenset({1}),
        ),
    ]
    for key, title, label in (
        ("config", "Study file", "Study file (YAML)"),
        ("sql", "Feature pipeline", "Feature pipeline (SQL)"),
    ):
        if report.get(key):
            blocks.append(Fold(title, [Code(report[key], label)]))
        else:
            blocks.append(Missing(f"{title}: not in this report.json."))
    return Section("provenance", "Versions, seeds and sources", blocks)


def _plan(report: Mapping[str, Any]) -> list[Block]:
    plan = report.get("plan")
    if not plan:
        return []
    words = {
        "folds": "Folds",
        "repeats": "Repeats of the cross-validation",
        "interval_resamples": "Resamples for the intervals",
        "interval_repeats": "Repeats within each resample",
        "bootstrap": "Bootstrap replicates",
        "how": "How",
        "why": "Why",
    }
    if not plan.get("interval_refit", True):
        del words["interval_repeats"]  # nothing is repeated where nothing is trained again
    return [Facts([(words[k], str(plan[k])) for k in words if plan.get(k) is not None])]
