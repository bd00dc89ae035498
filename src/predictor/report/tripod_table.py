"""The TRIPOD+AI table of a run: what software can fill is filled, the rest is visibly open.

References
----------
Collins et al. 2024, BMJ 385:e078378, doi 10.1136/bmj-2023-078378.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from predictor.disclosure import shown
from predictor.report import procedure
from predictor.report.groups_in_words import NONE_DECLARED, groupings_of, of_subject
from predictor.report.tripod_items import ITEMS, Item
from predictor.report.wording import assumed_auroc, measure
from predictor.results import LearnerResult, TrainingResult
from predictor.results.words import count, listed, percent, with_interval

TO_COMPLETE = "AUTHOR TO COMPLETE"
_DEVELOPMENT = "Not applicable: a model was developed here, none was evaluated on other patients."

Report = TrainingResult


@dataclass(frozen=True)
class Row:
    """An item with what can be said about it.

    Attributes
    ----------
    text
        What the run knows; ends in `TO_COMPLETE` where the author must write.
    """

    item: Item
    text: str

    @property
    def open(self) -> bool:
        """Whether the author must still write."""
        return TO_COMPLETE in self.text


def tripod(report: Report) -> tuple[Row, ...]:
    """All 52 items for a study that develops a model. There is no score, and none can be made."""
    return tuple(Row(item, _text(item, report)) for item in ITEMS)


def open_items(report: Report) -> tuple[str, ...]:
    """Numbers of the items that the author must still complete."""
    return tuple(row.item.number for row in tripod(report) if row.open)


def _text(item: Item, report: Report) -> str:
    if item.who == "author":
        return TO_COMPLETE
    found = _FILLED[item.number](report)
    if item.who == "software":
        return found
    return f"{found} {TO_COMPLETE}" if found else TO_COMPLETE


def _abstract(report: Report) -> str:
    return f"Findings in one line: {' '.join(report.verdict)}"


def _eligibility(report: Report) -> str:
    rules = report.eligible_rules
    if not rules:
        return "No rule of eligibility: every row of the table was eligible."
    shown = [f"{name} ({sql})" for name, sql in rules.items()]
    return f"Filters of the table, in order: {'; '.join(shown)}."


def _preparation(report: Report) -> str:
    covariates = (
        "are derived in SQL from what was"
        if report.pipeline_given
        else "are the columns of the table that were"
    )
    return (
        "Values outside the declared type, range or levels are refused, never clipped. Covariates "
        f"{covariates} known at the time of prediction. Learned anew inside every "
        f"training: {procedure.steps(report)}."
    )


def _outcome(report: Report) -> str:
    end = report.outcome_known_at
    return (
        f"“{report.outcome}”, known at {end} ({report.timepoints[end]}), defined as {report.rule}."
    )


def _considered(report: Report) -> str:
    said = "Comments in the SQL, below, may hold reasons." if _commented(report) else ""
    return (
        f"{count(len(report.covariates), 'covariate')}, fixed before training: the software "
        f"picked none of them by its association with the outcome. {said}"
    ).strip()


def _commented(report: Report) -> bool:
    return report.pipeline_given and procedure.commented(report.sql)


def _predictors(report: Report) -> str:
    names = [c.name for c in report.covariates]
    point = report.predict_at
    meaning = report.timepoints.get(point, point)
    return f"All known at {point} ({meaning}): {listed(names)}. {procedure.definitions(report)}"


def _size(report: Report) -> str:
    size, events = report.sample_size, report.data.events
    whose = f" of {size.learner}" if size.learner else ""
    return (
        f"Riley's criteria ask for {size.required.all_criteria} patients for "
        f"{count(size.parameters, 'parameter')}{whose} and {assumed_auroc(size)}; there are "
        f"{size.patients} with {events} events ({size.events_per_parameter:.1f} of the rarer "
        "label for each parameter)."
    )


def _missing(report: Report) -> str:
    text = f"{procedure.unlabelled(report)} {procedure.imputation(report)}"
    gaps = [f"{c.name} {c.missing}" for c in procedure.gaps(report)]
    return f"{text} Missing values: {', '.join(gaps)}." if gaps else text


def _partition(report: Report) -> str:
    plan = report.plan
    times = f", {plan.repeats} times," if plan.repeats > 1 else ""
    return (
        f"No hold-out: all patients are used. {plan.folds}-fold cross-validation{times} for the "
        f"estimate; {procedure.interval(report)} for its interval; {plan.bootstrap} bootstrap "
        "samples for optimism and stability."
    )


def _handling(report: Report) -> str:
    kinds = {covariate.kind for covariate in report.covariates}
    said = []
    if "category" in kinds:
        said.append("Categories by indicator columns of their declared levels.")
    if "number" in kinds:
        said.append(
            "Numbers as the SQL gives them."
            if report.pipeline_given
            else "Numbers as in the table."
        )
    if "flag" in kinds:
        said.append("Flags as 0 and 1.")
    curved = [
        f"{name} in {learner}"
        for learner, facts in report.learners.items()
        for name in facts.splines
    ]
    if curved:
        said.append(f"Restricted cubic splines: {listed(curved)}.")
    weak = {f.settings["weak"]: None for f in report.learners.values() if "weak" in f.settings}
    if weak:
        said.append(f"Penalised four times as much as the others: {'; '.join(weak)}.")
    return " ".join(said)


def _models(report: Report) -> str:
    used = [f"{name} ({facts.learner})" for name, facts in report.learners.items()]
    tuned = procedure.tuned(report)
    chosen = f"; a penalty or a size is tuned inside every training of {listed(tuned)}"
    others = procedure.beside_the_estimate(report)
    beside = f"; beside it {listed(others)} estimates by the bootstrap" if others else ""
    started = _started(report)
    drawn = f"; coefficients of another model are where {listed(started)} started"
    return (
        f"{listed(used)}{chosen if tuned else ''}{drawn if started else ''}. Internal validation: "
        f"{procedure.cross_validation(report)} with the whole procedure in every fold{beside}."
    )


def _started(report: Report) -> list[str]:
    """Learners that started from the coefficients of another model."""
    return [name for name, facts in report.learners.items() if "prior" in facts.settings]


def _updating(report: Report) -> str:
    started = [
        f"{name} from {report.learners[name].settings['prior']}" for name in _started(report)
    ]
    if not started:
        return "Not applicable: no model was updated."
    return (
        f"Started from the coefficients of another model, as far as patients left out spoke for "
        f"it: {'; '.join(started)}. Performance beside the others in “Performance”."
    )


def _measures(report: Report) -> str:
    known, unknown = procedure.estimated(report.learners.values(), lambda name: measure(name)[0])
    drawn = [facts for facts in report.learners.values() if not facts.constant]
    figures = [
        *(["calibration plot"] if any(f.calibration.groups for f in drawn) else []),
        *(["decision curve"] if drawn else []),
    ]
    text = listed([*known, *figures])
    text = f"{text[:1].upper()}{text[1:]}."
    return f"{text} Not estimable from these patients: {listed(unknown)}." if unknown else text


def _imbalance(report: Report) -> str:
    data = report.data
    share = percent(data.events / data.labelled)
    return f"{procedure.imbalance(report)} {share} of the patients have the event."


def _fairness(report: Report) -> str:
    names = groupings_of(report)
    if not names:
        return NONE_DECLARED
    return f"Every model was looked at by {listed(names)}, declared in the study file."


def _output(report: Report) -> str:
    explained = " and contributions of the covariates" if report.learning else ""
    return (
        f"A probability of the outcome with a range over bootstrap models{explained}. No threshold "
        "is recommended."
    )


def _flow(report: Report) -> str:
    return f"{'; '.join(f'{step.words} {step.patients}' for step in report.data.steps)}."


def _characteristics(report: Report) -> str:
    by_outcome = (
        "the distribution by outcome comes from `predictor describe`"
        if report.table_one is None
        else "the distribution by outcome is in Table 1"
    )
    return (
        f"{count(len(report.covariates), 'covariate')} with kind and missing values in the "
        f"table of covariates; {by_outcome}."
    )


def _analysed(report: Report) -> str:
    data = report.data
    other = [
        f"{name}: {shown(found.events)} of {found.labelled}"
        for name, found in data.alternatives.items()
    ]
    text = f"{data.events} events of {data.labelled} patients for every learner."
    return f"{text} Other definitions: {'; '.join(other)}." if other else text


def _full_model(report: Report) -> str:
    parts = listed(list(dict.fromkeys(map(_described, report.learners.values()))))
    return (
        f"In “The model itself”: {parts}. The saved models hold all that is needed to score a "
        "patient."
    )


def _described(facts: LearnerResult) -> str:
    if facts.published is not None:
        return "a published model as it stands"
    if not facts.parameters:
        return "one probability for everybody"
    if facts.description.coefficients is not None:
        return "coefficients"
    if procedure.of_trees(facts):
        return "trees in words"
    return "which covariates matter, for want of a short form"


def _performance(report: Report) -> str:
    found = [
        f"{name} {with_interval(facts.metrics['auroc'])}" for name, facts in report.learners.items()
    ]
    return f"AUROC (95 % interval): {'; '.join(found)}. More in “Performance”. {of_subject(report)}"


def _heterogeneity(report: Report) -> str:
    found = [
        f"{name}, AUROC: {' '.join(facts.centres.across['auroc'].words)}"
        for name, facts in report.learners.items()
        if facts.centres is not None and facts.parameters and not facts.comparator
    ]
    return f"{' '.join(found)} More in “A new centre”." if found else "Not looked at."


def _limitations(report: Report) -> str:
    size = report.sample_size
    short = size.patients < size.required.all_criteria
    return (
        f"{'Fewer patients than Riley’s criteria ask for. ' if short else ''}"
        "Not externally validated. A response is not said to be because of the treatment: that "
        "takes a comparison with patients who did not have it."
    )


def _poor_input(report: Report) -> str:
    imputed = "Missing covariates are imputed as in training and flagged; "
    return (
        f"{imputed if report.learning else ''}values outside the dictionary are "
        "refused; values unlike those of the training patients are flagged."
    )


_FILLED: Mapping[str, Callable[[Report], str]] = {
    "2": _abstract,
    "5b": lambda r: f"Trained {r.time}; dates of patients are not kept.",
    "6b": _eligibility,
    "7": _preparation,
    "8a": _outcome,
    "9a": _considered,
    "9b": _predictors,
    "10": _size,
    "11": _missing,
    "12a": _partition,
    "12b": _handling,
    "12c": _models,
    "12d": procedure.together,
    "12e": _measures,
    "12f": lambda _: _DEVELOPMENT,
    "12g": lambda _: _DEVELOPMENT,
    "13": _imbalance,
    "14": _fairness,
    "15": _output,
    "16": lambda _: _DEVELOPMENT,
    "18f": lambda r: (
        f"predictor {r.versions['predictor']}, BSD-3-Clause; "
        "study file and SQL at the end of this page."
    ),
    "20a": _flow,
    "20b": _characteristics,
    "20c": lambda _: _DEVELOPMENT,
    "21": _analysed,
    "22": _full_model,
    "23a": _performance,
    "23b": _heterogeneity,
    "24": _updating,
    "26": _limitations,
    "27a": _poor_input,
    "27b": lambda _: "Meant for researchers who know the data; scores have a range and flags.",
}
