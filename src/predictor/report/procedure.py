"""What was done in a run, in words that hold for this run and no other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from predictor.results import Covariate, LearnerResult, TrainingResult
from predictor.results.words import count, listed

Report = TrainingResult

# texts and quoted names, inside which -- and /* are no comment
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
# settings by which a learner is told to weigh the two outcomes differently
_BY_CLASS = ("class_weight", "scale_pos_weight", "is_unbalance", "sample_weight")


def of_trees(facts: LearnerResult) -> bool:
    """Whether a learner is made of boosted trees, which take columns as they are."""
    return facts.description.kind == "trees"


def tuned(report: Report) -> list[str]:
    """Names of the learners that choose a penalty or a size inside every training."""
    return [name for name, facts in report.learning.items() if facts.tuned]


def gaps(report: Report) -> list[Covariate]:
    """The covariates with a missing value."""
    return [covariate for covariate in report.covariates if covariate.missing]


def imputation(report: Report) -> str:
    """How missing covariates were handled, if there were any."""
    if not gaps(report):
        return "No covariate has a missing value among the patients analysed."
    learners = report.learning
    if not learners:
        return "Missing covariates were not imputed: no learner uses covariates."
    by_way = {name: facts.settings.get("impute", "mean") for name, facts in learners.items()}
    others = [name for name, way in by_way.items() if way == "regression"]
    several = [name for name, way in by_way.items() if way == "multiple"]
    by_mean = [name for name in learners if name not in (*others, *several)]
    ways = [f"by the mean of the sample in {listed(by_mean)}"] if by_mean else []
    if others:
        ways.append(f"by regression on the other covariates in {listed(others)}")
    if several:
        ways.append(
            f"several times by draws about that regression in {listed(several)}, whose models are "
            f"averaged"
        )
    return (
        f"Missing covariates are imputed inside every training, without the outcome: "
        f"{'; '.join(ways)}."
    )


def steps(report: Report) -> str:
    """What is done anew in every training."""
    learners = report.learning.values()
    done = {
        "imputation": bool(learners) and bool(gaps(report)),
        "scaling": not all(map(of_trees, learners)),
        "tuning": bool(tuned(report)),
        "fitting": True,
    }
    return listed([step for step, holds in done.items() if holds])


def cross_validation(report: Report) -> str:
    """What the estimates come from: ``repeated nested cross-validation``."""
    repeated = "repeated " if report.plan.repeats > 1 else ""
    return f"{repeated}{'nested ' if tuned(report) else ''}cross-validation"


def interval(report: Report) -> str:
    """What the intervals come from."""
    plan = report.plan
    number = plan.interval_resamples
    if plan.interval_refit:
        return f"the same in {number} resamples of the patients"
    return f"{number} resamples of the patients, tested with the models of the folds"


def together(report: Report) -> str:
    """Who is never parted between training and test."""
    if report.cluster is None:
        return "No cluster column is declared: patients are taken to be independent."
    said = f"Patients of one {report.cluster} are never split between training and test."
    if any(facts.centres is not None for facts in report.learners.values()):
        said += (
            f" Beside the cross-validation each {report.cluster} was left out once (internal-"
            f"external cross-validation), and the results were pooled by random effects."
        )
    return said


def imbalance(report: Report) -> str:
    """Whether the two outcomes were weighed differently."""
    weighed = [
        name
        for name, facts in report.learners.items()
        if any(setting in facts.settings for setting in _BY_CLASS)
    ]
    if not weighed:
        return "None: no weights and no resampling by class."
    return f"Weights by class, as the study file sets them, in {listed(weighed)}; not undone."


def estimated(
    learners: Iterable[LearnerResult], called: Callable[[str], str]
) -> tuple[list[str], list[str]]:
    """What the measures are called that some learner has an estimate of, and the others."""
    known: dict[str, bool] = {}
    for facts in learners:
        for name, row in facts.metrics.items():
            words = called(name)
            known[words] = known.get(words, False) or row.estimate is not None
    return [n for n, found in known.items() if found], [
        n for n, found in known.items() if not found
    ]


def beside_the_estimate(report: Report) -> list[str]:
    """Which other ways of estimating gave a number for some learner and measure."""
    words = {"optimism_corrected": "optimism-corrected", "bootstrap_632plus": ".632+"}
    rows = [row for facts in report.learners.values() for row in facts.metrics.values()]
    return [
        said for key, said in words.items() if any(getattr(row, key) is not None for row in rows)
    ]


def definitions(report: Report) -> str:
    """Where the covariates are defined, and whether anything is said about them there."""
    if not report.pipeline_given:
        return "No pipeline was given: columns of the table as they are."
    said = " with its comments" if commented(report.sql) else ""
    return f"Definitions in the SQL{said}, below."


def commented(sql: str) -> bool:
    """Whether a query holds a comment.

    Examples
    --------
    >>> commented("SELECT a -- because"), commented("SELECT '--' FROM t")
    (True, False)
    """
    bare = _QUOTED.sub("", sql)
    return "--" in bare or "/*" in bare


def unlabelled(report: Report) -> str:
    """Who was left out because the outcome is not known."""
    lost = report.data.unlabelled
    if not lost:
        return "Every eligible patient has a label."
    return (
        f"{count(lost, 'patient')} without a label left out of training; labels are never imputed."
    )
