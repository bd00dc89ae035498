"""What a tracker is told of a training: enough to tell it from others, compare it, open it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict

from predictor.printable import as_markdown
from predictor.report import headline_metrics
from predictor.report.page import BEESWARM
from predictor.report.wording import choice_counted_in
from predictor.results import DecisionCurve, LearnerResult, TrainingResult
from predictor.results.words import count, number, with_interval
from predictor.saved.model import CARD, RESEARCH_ONLY
from predictor.study import question
from predictor.tracking import Attempt, LearnerRun, TrainingRun
from predictor.workflows import provenance
from predictor.workflows.expectations import DIGEST
from predictor.workflows.judged import Judged
from predictor.workflows.prepared import Prepared
from predictor.workflows.run_files import links, named_tables, tables_of

Files = Mapping[str, bytes]
_HASH = 12  # hexadecimal digits that tell texts apart
_LOWEST = -0.1  # net benefit of treating all that is drawn: it falls without end


def attempt(prepared: Prepared, name: str | None = None) -> Attempt:
    """A training that begins.

    Parameters
    ----------
    prepared
        Its study and patients.
    name
        What the user calls it; told by its outcome, time point, covariates and patients if None.
    """
    study, beginning = prepared.study, prepared.beginning
    number_of_it = beginning.training.rpartition("-")[2]
    # in a narrow column only the beginning is seen
    title = (
        f"{name} [{number_of_it}]"
        if name
        else (
            f"{number_of_it} {study.outcome.name} at {study.predict_at}, "
            f"{count(len(prepared.matrix.covariates), 'covariate')}, "
            f"{count(prepared.labelled.flow.labelled, 'patient')}"
        )
    )
    return Attempt(
        training=beginning.training,
        study=study.study,
        title=title,
        question=question(study),
        started=beginning.started,
    )


def entry(
    judged: Judged,
    name: str | None,
    data: str,
    models: Mapping[str, Files],
    artifacts: Files,
    artifacts_of_each: Mapping[str, Files],
    promote: str | None,
) -> TrainingRun:
    """A training that is over.

    Parameters
    ----------
    judged
        The training.
    name
        What the user calls it.
    data
        Name of the table.
    models
        Files of the saved models, by learner.
    artifacts, artifacts_of_each
        Files of the report, and those of each learner.
    promote
        Why its champion is to take the place of the one there is; None if it is not.
    """
    result = judged.result
    shown, began = result.visible(), attempt(judged.prepared, name)
    # few: MLflow's page of a run shows them before the description
    tags = {"verdict": result.verdict_level, "champion": result.champion}
    tags |= {} if result.subject is None else {"subject": result.subject}
    if (revision := provenance.commit()) is not None:
        tags["mlflow.source.git.commit"] = revision
    shared = _parameters(result)
    return TrainingRun(
        **asdict(began),
        ended=time.time_ns() // 1_000_000,
        parameters=shared,
        metrics=_headline(result),
        tags=tags,
        description=_description(shown, artifacts),
        data_fingerprint=result.data.fingerprint,
        dataset_name=data,
        rows=result.data.rows,
        artifacts={**artifacts, **tables_of(result, result.learners)},
        learners=tuple(
            LearnerRun(
                name=each,
                title=f"{each}: {began.title}",
                parameters={**shared, **_settings(judged, each)},
                metrics=headline_metrics(facts) | _later(result, each),
                curves=_curves(facts.decision_curve, result, facts),
                description=_description_of(shown, each, artifacts_of_each[each]),
                seconds=facts.seconds,
                artifacts={**artifacts_of_each[each], **tables_of(result, [each])},
                model=models[each],
                version=_version(shown, each) if _usable(result, each) else None,
            )
            for each, facts in result.learners.items()
        ),
        champion=result.champion,
        promote=promote,
    )


def _usable(result: TrainingResult, name: str) -> bool:
    """Whether somebody could want to score with it: what is kept, and what learned something."""
    learner = result.learners[name]
    return name == result.champion or bool(learner.parameters and not learner.comparator)


def _parameters(result: TrainingResult) -> dict[str, str]:
    """What can differ between two trainings of a study, besides the question."""
    plan, test, expected = result.plan, result.global_test, result.expected
    said = {
        "covariates": ", ".join(covariate.name for covariate in result.covariates),
        "eligible": "; ".join(result.eligible_rules.values()),
        "sql": _hash(result.sql),
        "study_file": _hash(result.config),
        "data": result.data.fingerprint.rpartition(":")[2][:_HASH],
        "patients": str(result.data.labelled),
        "events": str(result.data.events),
        "plan": (
            f"{plan.repeats} x {plan.folds} folds, {plan.interval_resamples} x "
            f"{plan.interval_repeats} for intervals, {plan.bootstrap} bootstrap samples"
        ),
        "global_test": ", ".join(m.member for m in test.members) if test is not None else "",
        **({} if expected is None else {DIGEST: expected.digest, "expected_since": expected.since}),
        "seed": str(result.seed),
        "versions": ", ".join(f"{package} {text}" for package, text in result.versions.items()),
    }
    return {name: text for name, text in said.items() if text}


def _settings(judged: Judged, name: str) -> dict[str, str]:
    """A learner's own: what it was given, and how it was set."""
    facts, estimator = judged.result.learners[name], judged.estimators[name]
    settings = {f"setting.{key}": value for key, value in facts.settings.items()}
    settings |= {f"setting.splines.{key}": str(knots) for key, knots in facts.splines.items()}
    impute = estimator.get_params(deep=False).get("impute")
    return {
        "learner": facts.learner,
        "covariates": ", ".join(facts.covariates),
        **({} if impute is None else {"impute": str(impute)}),
        **settings,
    }


def _headline(result: TrainingResult) -> dict[str, float]:
    """A few numbers of the learner that the training is about, under the names they have there."""
    cohort = {"patients": float(result.data.labelled), "events": float(result.data.events)}
    if result.global_test is not None and result.global_test.p is not None:
        cohort["global_test_p"] = result.global_test.p
    if result.subject is None:
        return cohort
    of_subject = headline_metrics(result.learners[result.subject])
    named = ("auroc", "auroc_low", "auroc_high", "log_loss", "brier")
    found = {name: of_subject[name] for name in named if name in of_subject}
    return found | _choice_counted_in(result) | cohort


def _later(result: TrainingResult, name: str) -> dict[str, float]:
    """What a model of the earlier patients is worth in the later ones."""
    found = {} if result.forward is None else result.forward.learners.get(name, {})
    return {
        f"later_{key}": each.estimate
        for key, each in found.items()
        if each.estimate is not None and "@" not in key
    }


def _choice_counted_in(result: TrainingResult) -> dict[str, float]:
    choice = result.repeated_choice
    if choice is None:
        return {}
    numbers = {
        "auroc_of_choice": choice.estimate,
        "auroc_of_choice_low": choice.low,
        "auroc_of_choice_high": choice.high,
    }
    return {name: value for name, value in numbers.items() if value is not None}


def _curves(
    curve: DecisionCurve, result: TrainingResult, facts: LearnerResult
) -> dict[str, dict[int, float]]:
    """Net benefit over the threshold, observed over predicted share: both in per cent.

    A stroke in the names would make a section of them, which MLflow puts above all measures.
    """
    everybody = result.decision_curve
    rows = {
        "net_benefit": zip(curve.threshold, curve.net_benefit, strict=True),
        "treat_all": (
            (x, y)
            for x, y in zip(everybody.threshold, everybody.treat_all, strict=True)
            if y > _LOWEST
        ),
        "observed": ((g.predicted, g.observed) for g in facts.calibration.groups),
    }
    points = {
        f"curve.{name}": {round(100 * x): y for x, y in row if y is not None}
        for name, row in rows.items()
    }
    return {name: steps for name, steps in points.items() if steps}


def _description(shown: TrainingResult, artifacts: Files) -> str:
    figures = sorted(path for path in artifacts if path.startswith("figures/"))
    said = choice_counted_in(shown)
    return "\n".join(
        [
            # MLflow's page of a run shows four lines; all others have to be unfolded
            links(["report.html", *named_tables(shown)]),
            "",
            *(f"- {as_markdown(sentence)}" for sentence in shown.verdict),
            "",
            _question(shown),
            "",
            *_table(shown, list(shown.learners)),
            "",
            *([] if said is None else [as_markdown(said), ""]),
            f"Champion: {as_markdown(shown.champion)}, {as_markdown(shown.champion_reason)}",
            "",
            links(figures),
        ]
    )


def _description_of(shown: TrainingResult, name: str, artifacts: Files) -> str:
    figures = sorted(
        path for path in artifacts if path.startswith("figures/") and BEESWARM not in path
    )
    facts = shown.learners[name]
    return "\n".join(
        [
            links([*named_tables(shown), *figures]),
            "",
            f"**{_verdict(shown)}** of the training"
            + ("; it is about this learner." if name == shown.subject else "."),
            "",
            *_table(shown, [name]),
            "",
            *(f"- {as_markdown(sentence)}" for sentence in facts.description.text),
        ]
    )


def _version(shown: TrainingResult, name: str) -> str:
    facts = shown.learners[name]
    auroc = with_interval(facts.metrics["auroc"])
    return "\n".join(
        [
            # a list of versions shows the beginning of this, without its Markdown
            f"{_verdict(shown)} {as_markdown(name)} ({facts.learner}): AUROC {auroc}.",
            "",
            _question(shown),
            "",
            f"Its card is `{CARD}` among the files of its model.",
            "",
            RESEARCH_ONLY,
        ]
    )


def _question(shown: TrainingResult) -> str:
    return (
        f"Predicts {as_markdown(shown.outcome)} at {as_markdown(shown.predict_at)}: "
        f"{as_markdown(shown.rule)}. {count(shown.data.labelled, 'patient')}, "
        f"{shown.data.events} with the event."
    )


def _verdict(shown: TrainingResult) -> str:
    return f"{shown.verdict_level[:1].upper()}{shown.verdict_level[1:]}."


def _table(shown: TrainingResult, names: list[str]) -> list[str]:
    rows = [
        "| learner | AUROC (95 % interval) | apparent | log loss | Brier |",
        "|---|---|---|---|---|",
    ]
    for name in names:
        found = shown.learners[name].metrics
        auroc = found["auroc"]
        cells = [
            as_markdown(name),
            with_interval(auroc),
            number(auroc.apparent),
            number(found["log_loss"].estimate, 3),
            number(found["brier"].estimate, 3),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return rows


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH]
