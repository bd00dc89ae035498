"""How good the predictions are: performance, calibration, decision curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from predictor.report import procedure
from predictor.report.page.blocks import (
    Block,
    Fold,
    Missing,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.report.page.pictures import by_learner, of_topic, told_by_learner
from predictor.report.wording import choice_counted_in, measure
from predictor.results import Comparison, LearnerResult, TrainingResult
from predictor.results.words import NONE, listed, number, span, with_interval

_COMPARED_FIRST = ("auroc", "log_loss")
_BOOTSTRAPS = ("optimism_corrected", "bootstrap_632plus", "out_of_bag")


def performance(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Every learner beside the others, with intervals."""
    return Section(
        "performance",
        "Performance",
        [
            Text(
                f"What a fresh sample of such patients would show.{_how(report)} The apparent "
                "value is measured on the training patients themselves. It is too good, and stands "
                "here only to show by how much."
            ),
            *of_topic(pictures, "comparison"),
            _learners(report),
            *_choice(report),
            *_comparisons(report),
            *_roc(report, pictures),
            *_everything(report),
        ],
    )


def _roc(report: TrainingResult, pictures: Sequence[Picture]) -> list[Block]:
    said = (
        "The curve is the mean over the folds, as the AUROC is, in as many steps as a fold has "
        "patients without the event; the area below is the AUROC. Its band is pointwise: in each "
        "step the 95 % interval of the sensitivity, from the same resampled cohorts as that of the "
        "AUROC. A whole curve leaves such a band more often than 1 in 20."
    )
    return told_by_learner(report, pictures, "roc", "ROC curves", said)


def _how(report: TrainingResult) -> str:
    return (
        f" The estimate comes from {procedure.cross_validation(report)}; done anew in every "
        f"training: {procedure.steps(report)}. Its 95 % interval comes from "
        f"{procedure.interval(report)}, or, of calibration, from the bootstrap models."
    )


def _learners(report: TrainingResult) -> Table:
    rows = []
    for name, facts in report.learners.items():
        metrics = facts.metrics
        auroc = metrics["auroc"]
        role = " (champion)" if name == report.champion else ""
        role += " (comparator)" if facts.comparator else ""
        rows.append(
            [
                f"{name}{role}",
                str(facts.parameters),
                with_interval(auroc),
                number(auroc.apparent),
                *(number(getattr(auroc, key)) for key in _BOOTSTRAPS),
                with_interval(metrics["brier"]) if "brier" in metrics else NONE,
            ]
        )
    return Table(
        "Learners side by side; AUROC of 0.5 is chance",
        [
            "Learner",
            "Parameters",
            "AUROC (95 % interval)",
            "apparent",
            "optimism-corrected",
            ".632+",
            "out of bag",
            "Brier score (95 % interval)",
        ],
        rows,
        frozenset(range(1, 8)),
        wide=True,
    )


def _choice(report: TrainingResult) -> list[Block]:
    said = choice_counted_in(report)
    return [] if said is None else [Text(said)]


def _comparisons(report: TrainingResult) -> list[Block]:
    found = report.comparisons
    if not found:
        return [Missing("Paired comparisons of the learners were not computed in this run.")]
    first = [row for row in found if row.measure in _COMPARED_FIRST]
    rest = [row for row in found if row.measure not in _COMPARED_FIRST]
    blocks: list[Block] = []
    if first:
        caption = (
            "Differences between learners, paired on the same samples; “within noise” means that "
            "the interval holds zero"
        )
        blocks.append(_differences(caption, first))
    if rest:
        table = _differences("Differences between learners in the other measures", rest)
        blocks.append(Fold("Differences in the other measures", [table]))
    return blocks


def _differences(caption: str, found: Sequence[Comparison]) -> Table:
    return Table(
        caption,
        ["Learners", "Measure", "Difference", "95 % interval", "Reading"],
        [
            [
                f"{row.first} minus {row.second}",
                measure(row.measure)[0],
                number(row.difference, 3),
                span(row, 3),
                "within noise" if row.within_noise else "beyond noise",
            ]
            for row in found
        ],
        frozenset({2, 3}),
    )


def _everything(report: TrainingResult) -> list[Block]:
    return [
        Fold(f"Every measure of {name}", [_measures(name, facts), *_failures(facts)])
        for name, facts in report.learners.items()
    ]


def _measures(name: str, facts: LearnerResult) -> Table:
    rows = []
    for key, row in facts.metrics.items():
        called, reading = measure(key)
        if row.estimate is None and row.note:
            reading = ""  # of a number that is not there
        rows.append(
            [
                called,
                number(row.estimate, 3),
                span(row, 3),
                number(row.apparent, 3),
                *(number(getattr(row, bootstrap), 3) for bootstrap in _BOOTSTRAPS),
                "; ".join(text for text in (reading, row.note) if text),
            ]
        )
    return Table(
        f"{name}: every measure",
        [
            "Measure",
            "Estimate",
            "95 % interval",
            "apparent",
            "optimism-corrected",
            ".632+",
            "out of bag",
            "How to read it",
        ],
        rows,
        frozenset(range(1, 7)),
        wide=True,
    )


def _failures(facts: LearnerResult) -> list[Block]:
    total = facts.failed_replicates
    if not total:
        return [Text("No training failed in any of the resampled samples.", quiet=True)]
    where = ", ".join(f"{what}: {failed}" for what, failed in facts.failures)
    said = f"Resampled trainings that failed, and are left out: {total} ({where})."
    return [Text(said, quiet=True)]


def calibration(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Whether 30 % means 30 %."""
    weak = [
        [
            name,
            with_interval(facts.metrics["calibration_intercept"]),
            with_interval(facts.metrics["calibration_slope"]),
            with_interval(facts.metrics["observed_expected"]),
        ]
        for name, facts in report.learners.items()
    ]
    return Section(
        "calibration",
        "Calibration",
        [
            Text(
                "Of the patients given a probability of 30 %, about 30 % should have the outcome."
            ),
            *_groups(report, pictures),
            Table(
                "Calibration in the large (ideal 0), slope (ideal 1; below 1 the probabilities are "
                "too extreme), observed over expected events (ideal 1)",
                ["Learner", "In the large", "Slope", "Observed / expected"],
                weak,
                frozenset({1, 2, 3}),
            ),
            *_notes(report, lambda facts: [facts.calibration.note]),
        ],
    )


def _groups(report: TrainingResult, pictures: Sequence[Picture]) -> list[Block]:
    drawn = by_learner(report, pictures, "calibration")
    if not drawn:
        return [Missing("There are no groups of patients to draw in this run.")]
    said = (
        "Each point is a group of at least 8 patients, at probabilities from folds in which they "
        "were not trained on."
    )
    return [Text(said), *drawn]


def _notes(
    report: TrainingResult, of: Callable[[LearnerResult], Sequence[str | None]]
) -> list[Block]:
    """What has to be added to a figure or table, each once, with the learners it is said of."""
    said: dict[str, list[str]] = {}
    for name, facts in report.learners.items():
        for note in of(facts):
            if note and name not in said.setdefault(note, []):
                said[note].append(name)
    return [Points([f"{listed(who)}: {note}" for note, who in said.items()])] if said else []


def decision_curve(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Whether acting on the model would do more good than acting without it."""
    return Section(
        "decision-curve",
        "Decision curve",
        [
            Text(
                "Net benefit weighs the responders found against the others picked with them, at "
                "every probability from which one would act. A model is of use where its curve "
                "lies above both “everybody” and “nobody”. In a cohort without an untreated arm "
                "this speaks of recognising responders, not of gain from the treatment."
            ),
            *(
                by_learner(report, pictures, "decision_curve")
                or [Missing("The decision curve was not computed in this run.")]
            ),
            *_at_thresholds(report),
            *_notes(report, _of_net_benefit),
        ],
    )


def _of_net_benefit(facts: LearnerResult) -> list[str | None]:
    at = [
        row.note and f"at {100 * float(key.partition('@')[2]):g} %: {row.note}"
        for key, row in facts.metrics.items()
        if key.startswith("net_benefit@")
    ]
    return [facts.decision_curve.note, *at]


def _at_thresholds(report: TrainingResult) -> list[Block]:
    names = list(
        dict.fromkeys(
            key
            for facts in report.learners.values()
            for key in facts.metrics
            if key.startswith("net_benefit@")
        )
    )
    if not names:
        return []
    rows = [
        [name, *(with_interval(facts.metrics[key]) for key in names)]
        for name, facts in report.learners.items()
    ]
    thresholds = [f"{100 * float(key.partition('@')[2]):g} %" for key in names]
    return [
        Table(
            "Net benefit (95 % interval) when acting from a probability of …",
            ["Learner", *thresholds],
            rows,
            frozenset(range(1, len(names) + 1)),
        )
    ]
