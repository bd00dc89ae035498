"""How far the model can be trusted: stability, explanation, audits, sample size."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.labels import title_of
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
from predictor.report.page.embed import BEESWARM
from predictor.report.page.pictures import by_learner, of_topic, told_by_learner
from predictor.report.wording import assumed_auroc
from predictor.results import SampleSize, TrainingResult
from predictor.results.words import NONE, count, number, percent, span

_AUDITS = {
    "issue": "issue",
    "tip": "worth a look",
    "passed": "passed",
    "not_applicable": "not applicable",
}
_NO_REPLICATES = Missing("The probabilities under each bootstrap model are not in this run.")


def stability(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """What another sample of patients would have changed."""
    learners = report.learners
    rows = [
        [
            name,
            number(_points(facts.instability_mape), 1),
            str(facts.stability.replicates),
            span(facts.stability.calibration_slope),
        ]
        for name, facts in learners.items()
        if facts.parameters
    ]
    blocks: list[Block] = [
        Text(
            "The whole procedure was repeated on bootstrap samples of the patients. Had other "
            "patients of the same kind been in the cohort, the model would have been one of these. "
            "Figures show groups of patients, not persons."
        ),
        *(by_learner(report, pictures, "instability") or [_NO_REPLICATES]),
        *by_learner(report, pictures, "decision_curve_instability"),
    ]
    if rows:
        blocks.append(
            Table(
                "Instability: by how many points a typical patient's probability moves (MAPE), and "
                "the range of calibration slopes over the replicates",
                ["Learner", "MAPE, points", "Replicates", "Slope, 95 % of replicates"],
                rows,
                frozenset({1, 2, 3}),
            )
        )
    return Section("stability", "Stability", [*blocks, *_classification(report)])


def _points(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _classification(report: TrainingResult) -> list[Block]:
    found = {
        name: {f"{100 * row.threshold:g} %": row.share_changed for row in changes}
        for name, facts in report.learners.items()
        if (changes := facts.stability.classification)
    }
    if not found:
        return []
    thresholds = list(dict.fromkeys(t for changes in found.values() for t in changes))
    return [
        Table(
            "Patients who would change sides of a threshold (mean over replicates)",
            ["Learner", *thresholds],
            [[name, *(percent(c.get(t)) for t in thresholds)] for name, c in found.items()],
            frozenset(range(1, len(thresholds) + 1)),
        )
    ]


def explanation(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Which covariates move the probability, and how sure that is."""
    return Section(
        "explanation",
        "Explanation",
        [
            Text(
                "SHAP values say how far each covariate moves a patient's log-odds away from the "
                "average. The spread is over models trained on bootstrap samples: a covariate "
                "whose spread reaches down to nothing cannot be told from noise. This describes "
                "the model. It does not say what causes response."
            ),
            *(by_learner(report, pictures, "importance") or _ranks(report)),
            *_shapes(report, pictures),
            *_swarms(report, pictures),
        ],
    )


def _shapes(report: TrainingResult, pictures: Sequence[Picture]) -> list[Block]:
    said = (
        "How the log-odds move with one covariate while the others stay what they are, on average "
        "over the patients, between the values that at least five patients lie beyond. Where the "
        "band is as wide as the curve is high, another sample would have given another shape. "
        "Linear models have odds ratios instead."
    )
    return told_by_learner(report, pictures, "shapes", "Shapes", said)


def _swarms(report: TrainingResult, pictures: Sequence[Picture]) -> list[Block]:
    if not any(p.topic == BEESWARM for p in pictures):
        return []
    return [
        Fold(
            "One point per patient",
            [
                Text(
                    f"These figures show {_who_is_shown(report)} as a point, without identifiers "
                    "and in an order of their own. Look at them before sharing this page."
                ),
                *by_learner(report, pictures, BEESWARM),
            ],
        )
    ]


def _who_is_shown(report: TrainingResult) -> str:
    patients = report.data.labelled
    shown = {facts.explained for facts in report.learners.values()}
    if shown == {patients}:
        return "every training patient"
    return f"{max(shown)} of the {patients} training patients, drawn at random, each"


def _ranks(report: TrainingResult) -> list[Block]:
    blocks: list[Block] = []
    for name, facts in report.learners.items():
        importance = facts.importance
        if not facts.parameters or not importance:
            continue
        ranks = {row.covariate: row for row in facts.stability.importance_ranks}
        ordered = sorted(importance.items(), key=lambda item: -(item[1].mean_absolute or 0))
        rows = [
            [
                title_of(report, covariate),
                number(row.mean_absolute, 3),
                span(row, 3),
                number(ranks[covariate].rank, 0) if covariate in ranks else NONE,
                span(ranks[covariate], 0) if covariate in ranks else NONE,
            ]
            for covariate, row in ordered
        ]
        table = Table(
            f"{name}: mean absolute SHAP value in log-odds, and rank among the covariates",
            ["Covariate", "Mean", "95 % of replicates", "Rank", "Ranks, 95 % of replicates"],
            rows,
            frozenset(range(1, 5)),
        )
        blocks.append(Fold(f"Covariates of {name} in order", [table]))
    return blocks or [Missing("No learner with covariates was explained in this run.")]


def audits(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """What automatic checks found, the worst first."""
    found = report.audits
    order = list(_AUDITS)
    verdicts: list[str] = [audit.verdict for audit in found]
    ranked = sorted(zip(verdicts, found, strict=True), key=lambda pair: order.index(pair[0]))
    rows = [
        [
            audit.title,
            _AUDITS[verdict],
            audit.subject or NONE,
            audit.message,
            audit.reference,
        ]
        for verdict, audit in ranked
    ]
    loud = [row for row, (verdict, _) in zip(rows, ranked, strict=True) if verdict in order[:2]]
    quiet = rows[len(loud) :]
    columns = ["Audit", "Verdict", "Learner", "What was seen", "Reference"]
    blocks: list[Block] = [
        Text(
            f"{len(found)} checks: "
            + ", ".join(f"{verdicts.count(v)} {words}" for v, words in _AUDITS.items())
            + "."
        )
    ]
    if loud:
        blocks.append(Table("Audits that ask for attention", columns, loud, wide=True))
    if quiet:
        blocks.append(
            Fold(
                "Audits that passed or do not apply",
                [Table("Audits that passed or do not apply", columns, quiet, wide=True)],
            )
        )
    return Section("audits", "Audits", blocks)


def _whose(size: SampleSize) -> str:
    return f", which {size.learner} has," if size.learner else ""


def sample_size(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Riley's criteria beside what there is."""
    size = report.sample_size
    required, patients = size.required, size.patients
    shrinkage = number(size.expected_shrinkage)
    error = number(_points(size.expected_mape), 0)
    criteria = {
        "shrinkage": "Shrinkage of at least 0.9: little overfitting",
        "optimism": "Optimism of at most 0.05 in Nagelkerke's R²",
        "prevalence": "Prevalence known to within 5 points",
        "mape": "Mean absolute error of a probability of at most 5 points",
        "all_criteria": "All of them",
    }
    rows = [
        [words, str(needed), str(patients), "yes" if patients >= needed else "no"]
        for key, words in criteria.items()
        for needed in [getattr(required, key)]
    ]
    return Section(
        "sample-size",
        "Sample size",
        [
            Text(
                f"What Riley's criteria ask of a model with "
                f"{count(size.parameters, 'parameter')}{_whose(size)} and "
                f"{assumed_auroc(size)}, and what there is: {patients} patients, "
                f"{number(size.events_per_parameter, 1)} of the rarer label for each parameter."
            ),
            *of_topic(pictures, "sample_size"),
            Table(
                "Patients required, by criterion",
                ["Criterion", "Required", "There are", "Met"],
                rows,
                frozenset({1, 2}),
            ),
            Points(
                [
                    f"Expected shrinkage without a penalty: {shrinkage} (0.90 or more is wanted).",
                    f"Expected mean error of a probability: {error} points.",
                ]
            ),
            Text(
                "Riley et al. 2019, doi 10.1002/sim.7992; Riley et al. 2020, doi "
                "10.1136/bmj.m441; van Smeden et al. 2019, doi 10.1177/0962280218784726.",
                quiet=True,
            ),
        ],
    )
