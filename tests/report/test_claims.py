"""What page, checklists and card say was done is what was done in that run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from predictor.report.page import page_data
from predictor.report.page.blocks import Facts, Points, Text
from predictor.report.probast_worksheet import probast
from predictor.report.procedure import commented
from predictor.report.tripod_table import tripod
from predictor.results import DeliveredTraining
from predictor.tracking import RecordingTracker
from predictor.workflows import train

COMMENTED = """\
-- pain is what patients come for; age because others found it
SELECT patient_id, pain_t0, ln(1 + age_years) AS log_age, sex, limb, allodynia
FROM cohort
"""


class Run:
    """Everything a run says, by where it stands."""

    def __init__(self, summary: DeliveredTraining, cards: dict[str, str]) -> None:
        self.result, self.cards = summary, cards
        self.tripod = {row.item.number: row.text for row in tripod(summary)}
        self.probast = {question.number: question.evidence for question in probast(summary)}
        self.page = {
            section.key: " ".join(_words(section.blocks)) for section in page_data(summary).sections
        }

    @property
    def everything(self) -> str:
        parts = (self.tripod, self.probast, self.page, self.cards)
        return " ".join(text for part in parts for text in part.values()).casefold()


def _words(blocks: Any) -> list[str]:
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Text):
            found.append(block.text)
        elif isinstance(block, Points):
            found += block.items
        elif isinstance(block, Facts):
            found += [f"{term}: {text}" for term, text in block.items]
        found += _words(getattr(block, "blocks", ()))
    return found


@pytest.fixture(scope="module")
def run(make_study, tmp_path_factory) -> Callable[..., Run]:
    """Train a changed copy of the small study and collect what is said about it."""

    def trained(name: str, rows: Any, *changes: tuple[str, str], sql: str | None = None) -> Run:
        study = make_study(tmp_path_factory.mktemp(name) / "work", rows)
        study.change(*changes)
        if sql is not None:
            (study.folder / "covariates.sql").write_text(sql, encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(study.folder)
            summary = train("study.yaml", "patients.csv", tracker=RecordingTracker())
            cards = {
                learner: (study.folder / facts.model / "card.md").read_text(encoding="utf-8")
                for learner, facts in summary.learners.items()
            }
        return Run(summary, cards)

    return trained


LEARNERS = """\
learners:
  prevalence: {}
  pain only: {learner: ridge, covariates: [pain_t0]}
  logistic: {}
  ridge: {}
  lightgbm: {parameters: {max_trees: 40, leaves: [2, 3]}}
"""
QUICK = """\
  cross_validation: {folds: 3, repeats: 2}
  interval: {resamples: 20, repeats: 1}
"""


@pytest.fixture(scope="module")
def bare(run, patients) -> Run:
    """One learner without a penalty, no gaps, clusters, rules, alternatives, SQL or refitting."""
    rows = [
        {**row, "course": 1, "age_years": row["age_years"] or 50, "allodynia": row["allodynia"]}
        for row in patients(60)
    ]
    for row in rows:
        row["allodynia"] = row["allodynia"] or "no"
        row["pain_t2"] = row["pain_t2"] or 9
    return run(
        "bare",
        rows,
        ("eligible:\n  first course: course = 1\n", ""),
        (
            "  alternatives:\n    half: pain_t2 <= 0.5 * pain_t0\n    said so: success_t2\n",
            "",
        ),
        ("covariates: covariates.sql\n", ""),
        (LEARNERS, "learners: {logistic: {}}\n"),
        (
            QUICK,
            (
                "  cross_validation: {folds: 3, repeats: 1}\n"
                "  interval: {resamples: 20, repeats: 1, refit: false}\n"
            ),
        ),
        ("course:       {known_at: T0, type: integer, range: [1, 9]}", "course: {role: ignore}"),
    )


@pytest.fixture(scope="module")
def rich(run, patients) -> Run:
    """Gaps, clusters, rules, alternatives, comments, a spline, imputation by regression."""
    rows = [{**row, "clinic": f"c{number % 17}"} for number, row in enumerate(patients())]
    return run(
        "rich",
        rows,
        ("  note: ", "  clinic:       {role: cluster, known_at: T0}\n  note: "),
        (
            LEARNERS,
            (
                "learners:\n  ridge: {splines: {pain_t0: 3}, parameters: {impute: regression}}\n"
                "  logistic: {}\n"
            ),
        ),
        sql=COMMENTED,
    )


def test_a_bare_run_claims_nothing_that_was_not_done(bare) -> None:
    for claim in (
        "tuned inside", "nested cross", "imputed inside", "repeated cross", "comments",
        "patients of one", "definitions in the sql", "in the sql", "resampled patients for its",
        "bootstrap of the whole", "left out of training", "too few for that", "filters of",
        "other definitions:", "the sql gives", "tuning and", "imputation", "report of success",
        "2 times", "the same in 20",
    ):  # fmt: skip
        assert claim not in bare.everything, claim


def test_a_bare_run_says_what_was_done(bare) -> None:
    assert bare.tripod["6b"].startswith("No rule of eligibility")
    assert "No pipeline was given" in bare.tripod["9b"]
    assert "Every eligible patient has a label." in bare.tripod["11"]
    assert "No covariate has a missing value" in bare.tripod["11"]
    assert "tested with the models of the folds for its interval" in bare.tripod["12a"]
    assert "No cluster column is declared" in bare.tripod["12d"]
    assert "No penalty or size was tuned." in bare.probast["D4.5"]
    assert "resamples for the interval train no further model" in bare.probast["E4.6"]
    assert bare.probast["E4.6"].endswith("scaling and fitting.")
    assert "No other definition." in bare.probast["D3.1"]
    assert "resampled patients, tested with the models of the folds" in bare.cards["logistic"]
    assert "**Missing values** none among the training patients" in bare.cards["logistic"]


def test_measures_that_are_dashes_are_not_listed_as_reported(bare) -> None:
    reported, _, lacking = bare.tripod["12e"].partition("Not estimable from these patients: ")
    for name in ("Calibration slope", "Area under precision-recall", "Integrated calibration"):
        assert name not in reported
        assert name in lacking
    assert reported.startswith("AUROC, Brier score")
    assert (
        "Not estimable from these patients: Calibration slope, Area under precision-recall"
        in (bare.cards["logistic"])
    )


def test_a_rich_run_says_what_was_done(rich) -> None:
    said = rich.tripod
    assert said["6b"].startswith("Filters of the table, in order: first course")
    assert "Comments in the SQL" in said["9a"]
    assert "Definitions in the SQL with its comments, below." in said["9b"]
    assert "1 patient without a label left out of training" in said["11"]
    assert (
        "by the mean of the sample in logistic; by regression on the other covariates in ridge"
        in (said["11"])
    )
    assert "2 times, for the estimate; the same in 20 resamples" in said["12a"]
    assert "Restricted cubic splines: pain_t0 in ridge." in said["12b"]
    assert "tuned inside every training of ridge" in said["12c"]
    assert "repeated nested cross-validation" in said["12c"]
    assert said["12d"].startswith("Patients of one clinic are never split")
    assert "Patients of one clinic are never split" in rich.probast["E4.5"]
    assert rich.probast["E4.6"].endswith("imputation, scaling, tuning and fitting.")
    assert "Other definitions: half" in said["21"]
    assert "by regression on the other covariates" in rich.cards["ridge"]
    assert "by the mean of the sample" in rich.cards["logistic"]
    assert "repeated cross-validation" in rich.cards["logistic"]
    assert "repeated nested cross-validation" in rich.cards["ridge"]
    assert "imputation, scaling, tuning and fitting" in rich.page["performance"]


def test_the_learner_in_front_is_the_one_the_verdict_speaks_of(bare, rich, trained) -> None:
    for summary in (bare.result, rich.result, trained.result):
        subject = summary.subject
        assert summary.sample_size.learner == subject
        size, alone = summary.sample_size, summary.learners[subject].sample_size
        if size.assumed_because.endswith("counted in"):
            assert size.assumed_auroc == summary.repeated_choice.low
            assert size.parameters == alone.parameters
        else:
            assert size == alone
        facts = {label: text for label, text, _ in page_data(summary).verdict.facts}
        auroc = summary.learners[subject].metrics["auroc"].estimate
        assert facts[f"AUROC of {subject}"] == f"{auroc:.2f}"
        assert any(subject in sentence for sentence in summary.verdict)
        assert ("Champion" in facts) == (summary.champion != subject)


@pytest.mark.parametrize(
    ("sql", "holds"),
    [
        ("SELECT a FROM cohort", False),
        ("SELECT '--' AS a FROM cohort", False),
        ('SELECT "a--b" FROM cohort', False),
        ("SELECT a -- why\nFROM cohort", True),
        ("SELECT /* why */ a FROM cohort", True),
        ("SELECT 'it''s' -- so\nFROM cohort", True),
    ],
)
def test_a_comment_is_found_where_there_is_one(sql, holds) -> None:
    assert commented(sql) is holds
