"""The model card: what a reader must know before using a saved model."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence

from predictor.cohort import needed_columns
from predictor.disclosure import FEW_IN_WORDS, FEWEST
from predictor.printable import as_markdown, visible
from predictor.report import procedure
from predictor.report.groups_in_words import in_words
from predictor.report.tripod_table import open_items
from predictor.report.wording import choice_counted_in, in_later_patients, measure_title
from predictor.results import ByGroups, CohortCounts, LearnerResult, Plan, TrainingResult
from predictor.results.cohort import titled
from predictor.saved import model as layout
from predictor.saved.model import SavedModel
from predictor.saved.origin import developed_on, measured_in
from predictor.study import Study


def card(model: SavedModel, result: TrainingResult) -> str:
    """The card as Markdown, in the nine sections of Mitchell, written from the facts of the run.

    Parameters
    ----------
    model
        As it is kept.
    result
        Of the training that made it.

    References
    ----------
    Mitchell et al. 2019, doi 10.1145/3287560.3287596.
    """
    study, facts = model.study, result.learners[model.learner]
    sections = {
        "Model details": _details(model.study, facts, result),
        "Intended use": intended_use(study),
        "Factors": factors(model, facts.groups),
        "Metrics": _metrics(facts, result.plan),
        "Evaluation data": _evaluation(result, model.learner),
        "Training data": _training(model, facts, result),
        "Quantitative analyses": _analyses(facts, result),
        "Ethical considerations": ethics(study),
        "Caveats and recommendations": _caveats(result),
    }
    lines = [
        f"# {as_markdown(study.title or study.study)}: {as_markdown(model.learner)}",
        "",
        (f"> {layout.RESEARCH_ONLY} {_begun(facts, result.data)}"),
    ]
    for title, content in sections.items():
        lines += ["", f"## {title}", "", *content]
    return "\n".join([*lines, ""])


def _begun(facts: LearnerResult, data: CohortCounts) -> str:
    said = developed_on if facts.published is None else measured_in
    return said(data.labelled)


def dictionary_hash(study: Study) -> str:
    """SHA-256 over the data dictionary: time points, and all that is said of every column."""
    dictionary = {
        "timepoints": dict(study.timepoints),
        "columns": [column.model_dump(mode="json") for column in study.columns],
    }
    text = json.dumps(dictionary, sort_keys=True, ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _details(study: Study, facts: LearnerResult, result: TrainingResult) -> list[str]:
    end, start = study.outcome.known_at, study.predict_at
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    (prior,) = (spec.prior for spec in study.learners)
    return [
        f"- **Learner** {facts.learner}, {facts.parameters} parameters",
        f"- **Predicts** {at(study, study.outcome.name, end)}",
        f"- **From** what is known at {as_markdown(f'{start} ({study.timepoints[start]})')}",
        f"- **Label rule** {code(study.outcome.rule)}",
        *([f"- **Started from** {as_markdown(str(prior.source))}"] if prior else []),
        *([f"- **Entered from** {as_markdown(facts.published)}"] if facts.published else []),
        f"- **Trained** {result.time}",
        f"- **Seed** {result.seed}",
        f"- **Versions** {versions}",
        f"- **Data dictionary** {dictionary_hash(study)}",
    ]


def intended_use(study: Study) -> list[str]:
    """What a model is for, and what not."""
    rules = [f"{as_markdown(name)} ({code(rule)})" for name, rule in study.eligible.items()]
    return [
        (
            "- **For** research: to be tested, unchanged, on other patients whose outcome becomes "
            "known; to plan a study."
        ),
        "- **Users** researchers who know how the columns of the dictionary are measured.",
        (
            "- **Not for** diagnosis, treatment, advice to a patient, or choosing who is treated; "
            "not for other diagnoses, treatments or ways of measuring."
        ),
        f"- **Rules of eligibility** {', '.join(rules) or 'none'}",
    ]


def factors(model: SavedModel, groups: Sequence[ByGroups] = ()) -> list[str]:
    """What it reads, how it is known that nothing of it comes later, and groups looked at."""
    study = model.study
    needed = needed_columns(study, [covariate.name for covariate in model.covariates])
    predict_at = as_markdown(study.predict_at)
    late = [column.name for column in needed if study.later(column.known_at)]
    check = (
        f"failed: {_listed(late)} become known later"
        if late
        else f"passed: no column that is read becomes known after {predict_at}"
    )
    read = _listed(titled(c.name, c.meaning) for c in needed if c.role == "value")
    return [
        f"- **Covariates** {_listed(c.name for c in model.covariates)}",
        f"- **Columns read** {read}",
        (
            f"- **Taken as another value, for {FEW_IN_WORDS} training patients had it** "
            f"{_listed(map(str, model.pooled))}"
        ),
        f"- **{predict_at}-only check** {check}",
        f"- **Groups of patients** {_listed(each.name for each in groups)}",
    ]


def _metrics(facts: LearnerResult, plan: Plan) -> list[str]:
    there, lacking = procedure.estimated([facts], measure_title)
    repeated = "repeated " if plan.repeats > 1 else ""
    nested = "nested " if facts.tuned else ""
    interval = (
        "a bootstrap of the whole cross-validation"
        if plan.interval_refit
        else "resampled patients, tested with the models of the folds"
    )
    said = (
        f"Estimated: {_listed(there)}. The estimate says what a fresh sample would show: "
        f"{repeated}{nested}cross-validation, with a 95 % interval from {interval} (of "
        "calibration, from the bootstrap models). The apparent value, on the training patients, "
        "is too good. No threshold is recommended."
    )
    return (
        [said, "", f"Not estimable from these patients: {_listed(lacking)}."] if lacking else [said]
    )


def _evaluation(result: TrainingResult, learner: str) -> list[str]:
    later = in_later_patients(result, learner)
    return [
        f"- **Internal** the {result.data.labelled} training patients, by resampling",
        *([] if later is None else [f"- **By time** {as_markdown(later)}"]),
        "- **External validation** none",
    ]


def _training(model: SavedModel, facts: LearnerResult, result: TrainingResult) -> list[str]:
    data = result.data
    return [
        (
            f"- **Patients** {data.labelled}, with {data.events} events; of {data.rows} "
            f"rows {data.eligible} were eligible, {data.unlabelled} of them without a label"
        ),
        f"- **Table** {data.fingerprint}",
        f"- **Sample size** {_enough(facts)}",
        f"- **Missing values** {_imputed(facts, result)}; labels never imputed",
        f"- **Kept in this model** {_kept(model)}",
    ]


def _kept(model: SavedModel) -> str:
    nothing = "no row, identifier or value of a patient"
    if model.model.kind != "sklearn":
        return f"{nothing}, and no number of fewer than {FEWEST} of them"
    return (
        f"{nothing}; the classifier is as scikit-learn fitted it and may hold numbers of one "
        "patient (a leaf, a class mean): share it as you would share the table"
    )


def _imputed(facts: LearnerResult, result: TrainingResult) -> str:
    if facts.published is not None:
        return "as was published (see the study file)"
    if not facts.parameters:
        return "none to impute: no covariate is used"
    impute = facts.settings.get("impute")
    regression = "by regression on the other covariates"
    way = regression if impute in ("regression", "multiple") else "by the mean of the sample"
    if not any(c.missing for c in result.covariates if c.name in facts.covariates):
        return f"none among the training patients; of a new one, filled {way}"
    if impute == "multiple":
        way = f"several times by draws, of a new patient {regression}"
    return f"imputed inside every training {way}, without the outcome"


def _enough(facts: LearnerResult) -> str:
    size = facts.sample_size
    if size is None and facts.published is not None:
        return "nothing was learned from these patients"
    if size is None:
        return "no parameter but the prevalence"
    patients, needed = size.patients, size.required.all_criteria
    verdict = "enough" if patients >= needed else "too small, exploratory only"
    plural = "" if size.parameters == 1 else "s"
    return (
        f"{verdict}: Riley's criteria ask for {needed} patients for {size.parameters} "
        f"parameter{plural} and an AUROC of {size.assumed_auroc:.2f} "
        f"({size.assumed_because}); there are {patients}"
    )


def _analyses(facts: LearnerResult, result: TrainingResult) -> list[str]:
    lines = [
        *(f"- {as_markdown(sentence)}" for sentence in result.verdict),
        *([] if (said := choice_counted_in(result)) is None else [f"- {as_markdown(said)}"]),
        "",
        "| measure | estimate | 95 % interval | apparent | optimism-corrected | .632+ |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in facts.metrics.items():
        interval = f"{row.low:.3f} to {row.high:.3f}" if row.low is not None else row.note or ""
        numbers = [
            getattr(row, key) for key in ("apparent", "optimism_corrected", "bootstrap_632plus")
        ]
        cells = [name, _number(row.estimate), interval, *map(_number, numbers)]
        lines.append(f"| {' | '.join(cells)} |")
    moved = facts.instability_mape
    if moved is not None:
        lines += [
            "",
            (
                f"**Instability** another sample would move a typical patient's probability by "
                f"{100 * moved:.0f} points (mean over patients and bootstrap models)."
            ),
        ]
    if facts.centres is not None:
        lines += ["", "**In centres that it was trained without**", ""]
        sentences = [*facts.centres.across["auroc"].words, *facts.centres.words]
        lines += [f"- {as_markdown(sentence)}" for sentence in sentences]
        for name in ("observed_expected", "calibration_slope"):
            lines += [f"- {as_markdown(facts.centres.across[name].words[0])}"]
    if not facts.groups:
        return [*lines, "", "No analysis by groups of patients: fairness is not known."]
    in_groups = (f"- {as_markdown(sentence)}" for sentence in in_words(facts.groups))
    return [*lines, "", "**In groups of patients**", "", *in_groups]


def ethics(study: Study) -> list[str]:
    """What the probability is not; last, what two trainings tell together."""
    judged = (
        "- The outcome rests on a report of success, too, and carries the view of whoever "
        "reported it."
    )
    return [
        (
            "- The probability is that of the recorded outcome under treatment. It does not say "
            "who responds because of the treatment; to refuse treatment for it could do harm."
        ),
        *([judged] if study.outcome.reported else []),
        "- A small cohort can be recognised: share figures with a point per patient with care.",
        (
            "- Two trainings that differ by one patient, both shared with their coefficients and "
            "covariance, can give the outcome of an unusual patient: models of overlapping cohorts "
            "should not both be passed on to the same stranger."
        ),
    ]


def _caveats(result: TrainingResult) -> list[str]:
    lines = [
        "- Validate on other patients, with recalibration, before any other use.",
        "- Scores come with a range over bootstrap models and with flags; read both.",
    ]
    still_open = ", ".join(open_items(result))
    return [*lines, f"- **TRIPOD+AI items the author must still write** {still_open}"]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(as_markdown(name) for name in names) or "none"


def at(study: Study, what: str, point: str) -> str:
    """What is known at a time point, with what that is."""
    return as_markdown(f"{what}, known at {point} ({study.timepoints[point]})")


def code(sql: str) -> str:
    """SQL between as many backquotes as it does not contain itself."""
    text = " ".join(visible(sql).split())
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
