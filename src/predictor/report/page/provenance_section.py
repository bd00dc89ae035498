"""What made this page, so that it can be made again."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import (
    Block,
    Code,
    Facts,
    Fold,
    Picture,
    Section,
    Table,
    Text,
)
from predictor.results import Plan, TrainingResult


def provenance(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """Versions, seed, fingerprint, plan, study file and SQL."""
    facts = [
        ("Study", report.study),
        ("Trained", report.time),
        ("Seed", str(report.seed)),
        ("Fingerprint of the table", report.data.fingerprint),
        ("Champion", f"{report.champion}: {report.champion_reason}"),
    ]
    blocks: list[Block] = [
        Text(
            "With the same patients in whatever order, study file, SQL, seed and versions, the "
            "same numbers come out. "
            "The plain data behind this page are in report.json; two reports can be compared by "
            "comparing those files."
        ),
        Facts(facts),
        _plan(report.plan),
        Table(
            "Versions",
            ["Package", "Version"],
            [[name, version] for name, version in report.versions.items()],
        ),
        Table(
            "Time taken",
            ["Learner", "Seconds", "Procedure"],
            [
                [name, f"{facts.seconds:.1f}", facts.learner]
                for name, facts in report.learners.items()
            ],
            frozenset({1}),
        ),
    ]
    blocks += [
        Fold("Study file", [Code(report.config, "Study file (YAML)")]),
        Fold("Feature pipeline", [Code(report.sql, "Feature pipeline (SQL)")]),
    ]
    return Section("provenance", "Versions, seeds and sources", blocks)


def _plan(plan: Plan) -> Block:
    words = {
        "folds": "Folds",
        "repeats": "Repeats of the cross-validation",
        "interval_resamples": "Resamples for the intervals",
        "interval_repeats": "Repeats within each resample",
        "bootstrap": "Bootstrap replicates",
        "how": "How",
        "why": "Why",
    }
    if not plan.interval_refit:
        del words["interval_repeats"]  # nothing is repeated where nothing is trained again
    return Facts([(said, str(getattr(plan, name))) for name, said in words.items()])
