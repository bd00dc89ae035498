"""What was done, as the methods section of a paper: facts of this training, nothing else."""

from __future__ import annotations

from predictor.report import procedure
from predictor.report.wording import assumed_auroc, measure_title
from predictor.results import TrainingResult
from predictor.results.words import count, listed, percent

METHODS = "methods.txt"
"""The file that holds them, beside the page."""


def methods(report: TrainingResult) -> tuple[str, ...]:
    """Paragraphs: patients and outcome, covariates, models, validation, size, software.

    Every number is one of the report's. What only authors know (setting, treatment, ethics) is not
    there.
    """
    return (
        _patients(report),
        _covariates(report),
        _models(report),
        _validation(report),
        _size(report),
        _software(report),
    )


def methods_text(report: TrainingResult) -> str:
    """The paragraphs as a file of plain text."""
    return "\n\n".join(methods(report)) + "\n"


def _time(report: TrainingResult, point: str) -> str:
    return f"{point} ({report.timepoints[point]})"


def _patients(report: TrainingResult) -> str:
    data = report.data
    excluded = [f"{step.rule} ({step.excluded} excluded)" for step in data.exclusions]
    rules = f", by these rules: {'; '.join(excluded)}" if excluded else ""
    lost = f"; {data.unlabelled} of them without a known outcome were left out" * bool(
        data.unlabelled
    )
    return (
        f"Of {count(data.rows, 'row')} of the table, {count(data.eligible, 'patient')} were "
        f"eligible{rules}{lost}. The outcome, {report.outcome}, was known at "
        f"{_time(report, report.outcome_known_at)} and defined as: "
        f"{' '.join(report.rule.split())}. Of the {data.labelled} patients analysed, {data.events} "
        f"({percent(data.events / data.labelled)}) had it."
    )


def _covariates(report: TrainingResult) -> str:
    parameters = sum(covariate.parameters for covariate in report.covariates)
    names = listed([covariate.title for covariate in report.covariates])
    return (
        f"Predictions were made at {_time(report, report.predict_at)}, from what was known then: "
        f"{count(len(report.covariates), 'covariate')} ({count(parameters, 'parameter')}), fixed "
        f"before training: {names}. {procedure.imputation(report)}"
    )


def _models(report: TrainingResult) -> str:
    said = []
    for name, facts in report.learners.items():
        kind = "" if name == facts.learner else f"{facts.learner}, "
        role = ", the simple comparator" if facts.comparator else ""
        settings = "".join(f", {key}: {value}" for key, value in facts.settings.items())
        said.append(f"{name} ({kind}{count(facts.parameters, 'parameter')}{role}{settings})")
    tuned = procedure.tuned(report)
    chosen = (
        f" Penalties or sizes of {listed(tuned)} were chosen by cross-validation inside every "
        f"training."
        if tuned
        else ""
    )
    return (
        f"{count(len(said), 'learner')} {'was' if len(said) == 1 else 'were'} trained: "
        f"{'; '.join(said)}.{chosen} Class imbalance: {_lower(procedure.imbalance(report))} The "
        f"learner to be kept was chosen by its cross-validated log loss."
    )


def _validation(report: TrainingResult) -> str:
    plan = report.plan
    estimated, _ = procedure.estimated(report.learners.values(), measure_title)
    again = (
        f"in each of which everything was trained again ({count(plan.interval_repeats, 'repeat')})"
        if plan.interval_refit
        else "tested with the models of the folds"
    )
    test = ""
    if report.global_test is not None:
        how = (
            f"{report.global_test.permutations} permutations"
            if report.global_test.permutations
            else "its limiting distribution"
        )
        test = (
            f" Beforehand, covariates and outcome were held against each other by Goeman's global "
            f"test ({how})."
        )
    return (
        f"Performance was estimated by {procedure.cross_validation(report)} "
        f"({plan.folds} folds, {count(plan.repeats, 'repeat')}), with {procedure.steps(report)} "
        f"done anew in every training; intervals (95 %) came from {plan.interval_resamples} "
        f"resamples of the patients, {again}. {_bootstrap(report)} {procedure.together(report)} "
        f"Measures: {listed(estimated)}.{test}{_by_part(report)}"
    )


def _bootstrap(report: TrainingResult) -> str:
    number = report.plan.bootstrap
    if not number:
        return "There was no bootstrap of whole trainings."
    without = [name for name, each in report.learners.items() if not each.stability.replicates]
    but = f", but for {listed(without)}, which had none" if without else ""
    return f"Optimism and stability came from {number} bootstrap samples{but}."


def _by_part(report: TrainingResult) -> str:
    """What a reader has to know where nobody had all patients in one memory."""
    found = report.by_part
    if found is None:
        return ""
    errors = [each["auroc"] for each in found.errors.values() if "auroc" in each]
    off = f" (by which an AUROC is off by at most {max(errors):.2g})" if errors else ""
    return (
        f" The table was learned from in {count(found.parts, 'part')}, of which only sums and some "
        f"patients drawn at random were brought together; for the measures patients were counted "
        f"in bins of their probability{off}. Stability of probabilities and SHAP values are those "
        f"of {count(found.drawn, 'patient')} drawn at random."
    )


def _size(report: TrainingResult) -> str:
    size = report.sample_size
    whose = "" if size.learner is None else f" of {size.learner}"
    return (
        f"For {count(size.parameters, 'parameter')}{whose} and {assumed_auroc(size)}, "
        f"the criteria of Riley et al. and van Smeden et al. ask for "
        f"{size.required.all_criteria} patients; there were {size.patients}."
    )


def _software(report: TrainingResult) -> str:
    versions = dict(report.versions)
    own = versions.pop("predictor", None)
    others = ", ".join(f"{name} {version}" for name, version in versions.items())
    mine = "predictor" if own is None else f"predictor {own}"
    return (
        f"Analyses were done with {mine} ({others}), seed {report.seed}. Table analysed: "
        f"{report.data.fingerprint}."
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
