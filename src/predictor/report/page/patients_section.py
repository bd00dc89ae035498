"""Who the patients are, and what was predicted about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.report.description.baseline_table import table_one
from predictor.report.description.label_limits import tables_of
from predictor.report.figures.few import shown
from predictor.report.page.blocks import (
    FIRST_ROWS,
    MOST_ROWS,
    Block,
    Code,
    Facts,
    Group,
    Missing,
    Picture,
    Points,
    Section,
    Table,
    Text,
)
from predictor.report.page.pictures import of_topic
from predictor.results import CohortCounts, LabelLimits, Sensitivity, TrainingResult
from predictor.results.words import NONE, count, listed, percent, with_interval


def patients(report: TrainingResult, pictures: Sequence[Picture]) -> Section:
    """Flow of patients, counts, and what another definition of the outcome would change."""
    data = report.data
    return Section(
        "patients",
        "Who the patients are",
        [
            Text(
                f"{count(data.labelled, 'patient')} could be analysed; {data.events} of "
                f"them ({percent(data.events / data.labelled)}) had the event "
                f"“{report.outcome}”."
            ),
            *(of_topic(pictures, "flow") or [_flow(data)]),
            *_table_one(report),
            *_limits(report.label_limits),
            Group("If the outcome were defined otherwise", _definitions(report)),
        ],
    )


def _flow(data: CohortCounts) -> Table:
    rows = [
        [
            step.words,
            str(step.patients),
            f"{step.undecided} of them for want of a value" if step.undecided else "",
        ]
        for step in data.steps
    ]
    return Table("Flow of patients", ["Step", "Patients", "Remark"], rows, frozenset({1}))


def _table_one(report: TrainingResult) -> list[Block]:
    if report.table_one is None or not report.table_one.rows:
        return []
    shown = table_one(report.table_one)
    # blanks at the start of a cell are lost in HTML
    rows = [[row[0].replace("  ", "\u2003", 1), *row[1:]] for row in shown.rows]
    numeric = frozenset(range(1, len(shown.headings)))
    table = Table(shown.title, ["Known beforehand", *shown.headings[1:]], rows, numeric, wide=True)
    return [Group("Table 1", [table, Text(shown.note, quiet=True)])]


def _limits(limits: LabelLimits | None) -> list[Block]:
    if limits is None:
        return []
    blocks: list[Block] = [Points(limits.sentences)]
    for made in tables_of(limits):
        numeric = frozenset(range(1, len(made.headings)))
        blocks += [
            Table(made.title, made.headings, made.rows, numeric),
            Text(made.note, quiet=True),
        ]
    return [Group("Can the label be predicted at all?", blocks)]


def _definitions(report: TrainingResult) -> list[Block]:
    alternatives = report.data.alternatives
    if not alternatives:
        return [Missing("No other definition of the outcome is in the study file.")]
    data = report.data
    rows = [
        ["As in the study", str(data.labelled), str(data.events), NONE],
        *(
            [name, str(other.labelled), shown(other.events), shown(other.differs)]
            for name, other in alternatives.items()
        ),
    ]
    counted = Table(
        "Labels under each definition",
        ["Definition", "Labelled", "Events", "Other label than in the study"],
        rows,
        frozenset({1, 2, 3}),
    )
    return [counted, *_sensitivity(report)]


def _sensitivity(report: TrainingResult) -> list[Block]:
    found = report.sensitivity
    if not found:
        return [Missing("Performance under the other definitions was not computed in this run.")]
    return [
        Table(
            "Performance under each definition",
            [
                "Definition",
                "Learner",
                "Labelled",
                "Events",
                "AUROC (95 % interval)",
                "Scaled Brier score (95 % interval)",
                "Answered by",
            ],
            [
                [
                    row.definition,
                    row.learner,
                    str(row.labelled),
                    shown(row.events),
                    with_interval(row.auroc),
                    NONE if row.scaled_brier is None else with_interval(row.scaled_brier),
                    "the same model" if row.same_model else "the learner, trained again",
                ]
                for row in found
            ],
            frozenset({2, 3, 4, 5}),
        ),
        *_why_trained_again(found),
    ]


def _why_trained_again(found: Sequence[Sensitivity]) -> list[Block]:
    """Which definitions the model of the rule answered, and why it did not answer the others."""
    blocks: list[Block] = []
    if any(row.same_model for row in found):
        blocks.append(
            Text(
                "The same model: it learned from the grade, and such a definition is a threshold "
                "of that. Its probabilities have the covariates' coefficients and a cut of their "
                "own, in the same samples; a stricter definition never gets a higher one."
            )
        )
    why: dict[str, list[str]] = {}
    for row in found:
        if row.why_trained_again is not None:
            why.setdefault(row.why_trained_again, []).append(row.definition)
    return blocks + [
        Text(f"Trained again for {listed(names)}: {reason}.") for reason, names in why.items()
    ]


def question(report: TrainingResult, _pictures: Sequence[Picture]) -> Section:
    """What was predicted, from what, at what time."""
    times = report.timepoints
    start = report.predict_at
    first = next(iter(times))
    facts = [
        ("Outcome", report.outcome),
        ("Known at", _time(report.outcome_known_at, times)),
        ("Predicted at", _time(start, times)),
        ("Predicted from", _some([c.title for c in report.covariates])),
    ]
    blocks: list[Block] = []
    if start != first:
        blocks.append(
            Text(
                f"This is a landmark model: it does not predict at {_time(first, times)}, but at "
                f"{_time(start, times)}, from all that is known by then. It answers another "
                f"question, for patients who have come that far, and its performance cannot be set "
                f"beside that of a model that predicts at {first}."
            )
        )
    blocks += [
        Facts(facts),
        Text(
            "The covariates are computed in a database that holds only what is known when the "
            "prediction is made; what comes later cannot be used. The probability is that of the "
            "recorded outcome under the treatment these patients received. It does not say who "
            "responds because of it."
        ),
        *_rules(report),
        _covariates(report),
    ]
    return Section("question", "What was predicted, from what, and when", blocks)


def _some(titles: Sequence[str]) -> str:
    """All of them, or the first ones and how many more."""
    if len(titles) <= MOST_ROWS:
        return "; ".join(titles)
    return f"{'; '.join(titles[:FIRST_ROWS])}; and {len(titles) - FIRST_ROWS} more, in the table"


def _time(point: str, times: Mapping[str, str]) -> str:
    return f"{point} ({times[point]})"


def _rules(report: TrainingResult) -> list[Block]:
    blocks: list[Block] = [Code(report.rule, "Outcome rule (SQL); true is an event")]
    eligible = report.eligible_rules
    if eligible:
        text = "\n".join(f"{name}: {sql}" for name, sql in eligible.items())
        blocks.append(Code(text, "Eligibility, applied in this order (SQL)"))
    return blocks


def _covariates(report: TrainingResult) -> Block:
    labelled = report.data.labelled
    return Table(
        "Covariates",
        ["Covariate", "Name", "Unit or made of", "Kind", "Levels", "Parameters", "Missing"],
        [
            [
                c.label,
                c.name,
                c.unit or ", ".join(c.made_of) or NONE,
                c.kind,
                ", ".join(c.levels) or NONE,
                str(c.parameters),
                f"{c.missing} of {labelled}",
            ]
            for c in report.covariates
        ],
        frozenset({5, 6}),
        wide=True,
    )
