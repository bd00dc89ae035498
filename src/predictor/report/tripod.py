"""The TRIPOD+AI table of a run: what software can fill is filled, the rest is visibly open.

References
----------
Collins et al. 2024, BMJ 385:e078378, doi 10.1136/bmj-2023-078378.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from predictor.report.tripod_items import ITEMS, Item
from predictor.report.wording import count, listed, percent, with_interval

TO_COMPLETE = "AUTHOR TO COMPLETE"
_ABSENT = "Not available: this report.json does not hold it."
_DEVELOPMENT = "Not applicable: a model was developed here, none was evaluated on other patients."

_POOR_INPUT = (
    "Missing covariates are imputed as in training and flagged; values outside the dictionary are "
    "refused; values unlike those of the training patients are flagged."
)

Report = Mapping[str, Any]


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
        return found or _ABSENT
    return f"{found} {TO_COMPLETE}" if found else TO_COMPLETE


def _abstract(report: Report) -> str:
    return f"Findings in one line: {' '.join(report['verdict'])}" if report.get("verdict") else ""


def _eligibility(report: Report) -> str:
    rules = report.get("eligible_rules")
    if rules is None:
        rules = {step["rule"]: "" for step in report["data"]["exclusions"]}
    if not rules:
        return "No rule of eligibility: every row of the table was eligible."
    shown = [f"{name} ({sql})" if sql else name for name, sql in rules.items()]
    return f"Filters of the table, in order: {'; '.join(shown)}."


def _preparation(_report: Report) -> str:
    return (
        "Values outside the declared type, range or levels are refused, never clipped. Covariates "
        "are derived in SQL from what was known at the time of prediction. Imputation and scaling "
        "are learned inside every resample."
    )


def _outcome(report: Report) -> str:
    end = report.get("outcome_known_at")
    when = ""
    if end is not None:
        when = f", known at {end} ({(report.get('timepoints') or {}).get(end, end)})"
    rule = f", defined as {report['rule']}" if report.get("rule") else ""
    return f"“{report['outcome']}”{when}{rule}."


def _considered(report: Report) -> str:
    covariates = report.get("covariates")
    if not covariates:
        return ""
    return (
        f"{count(len(covariates), 'covariate')} fixed in the feature pipeline before training; "
        "the software picked none by its association with the outcome. Reasons stand in the SQL, "
        "below."
    )


def _predictors(report: Report) -> str:
    names = [c["name"] for c in report.get("covariates") or ()]
    if not names:
        return ""
    point = report["predict_at"]
    meaning = (report.get("timepoints") or {}).get(point, point)
    return f"All known at {point} ({meaning}): {listed(names)}. Definitions in the SQL, below."


def _size(report: Report) -> str:
    size, events = report["sample_size"], report["data"]["events"]
    return (
        f"Riley's criteria ask for {size['required']['all_criteria']} patients for "
        f"{size['parameters']} parameters and an AUROC of {size['assumed_auroc']:.2f}; there are "
        f"{size['patients']} with {events} events ({size['events_per_parameter']:.1f} for each "
        "parameter). The number was given, not planned."
    )


def _missing(report: Report) -> str:
    data = report["data"]
    text = (
        f"{count(data['unlabelled'], 'patient')} without a label left out of training; labels are "
        "never imputed. Missing covariates are imputed inside every resample without the outcome."
    )
    gaps = [f"{c['name']} {c['missing']}" for c in report.get("covariates") or () if c["missing"]]
    return f"{text} Missing values: {', '.join(gaps)}." if gaps else text


def _partition(report: Report) -> str:
    plan = report.get("plan")
    if not plan:
        return "No hold-out: all patients are used, by resampling."
    return (
        f"No hold-out: all patients are used. {plan['folds']}-fold cross-validation, "
        f"{plan['repeats']} times, for the estimate; the same in {plan['interval_resamples']} "
        f"resamples of the patients for its interval; {plan['bootstrap']} bootstrap samples for "
        "optimism and stability."
    )


def _handling(_report: Report) -> str:
    return (
        "Categories by indicator columns of their declared levels; numbers as the SQL gives them, "
        "centred and scaled inside every resample; no cut-points, no selection by p-value."
    )


def _models(report: Report) -> str:
    used = [f"{name} ({facts['learner']})" for name, facts in report["learners"].items()]
    return (
        f"{listed(used)}; penalties and trees tuned inside every training. Internal validation: "
        "repeated nested cross-validation with the whole procedure in every fold; beside it "
        "optimism-corrected and .632+ bootstrap."
    )


def _measures(report: Report) -> str:
    names: dict[str, None] = {}
    for facts in report["learners"].values():
        names |= dict.fromkeys(facts["metrics"])
    return f"{listed(list(names))}; calibration plot and decision curve."


def _imbalance(report: Report) -> str:
    data = report["data"]
    share = percent(data["events"] / data["labelled"])
    return f"None: no weights and no resampling by class, at {share} events."


def _fairness(report: Report) -> str:
    return f"No subgroup was looked at: {report['data']['labelled']} patients are too few for that."


def _output(_report: Report) -> str:
    return (
        "A probability of the outcome with a range over bootstrap models and contributions of the "
        "covariates. No threshold is recommended."
    )


def _flow(report: Report) -> str:
    data = report["data"]
    return (
        f"{data['rows']} rows, {data['eligible']} eligible, {data['unlabelled']} without a label, "
        f"{data['labelled']} analysed, {data['events']} events."
    )


def _characteristics(report: Report) -> str:
    covariates = report.get("covariates")
    if not covariates:
        return ""
    return (
        f"{count(len(covariates), 'covariate')} with kind and missing values in the table of "
        "covariates; the distribution by outcome comes from `predictor describe`."
    )


def _analysed(report: Report) -> str:
    data = report["data"]
    other = [
        f"{name}: {found['events']} of {found['labelled']}"
        for name, found in (data.get("alternatives") or {}).items()
    ]
    text = f"{data['events']} events of {data['labelled']} patients for every learner."
    return f"{text} Other definitions: {'; '.join(other)}." if other else text


def _full_model(report: Report) -> str:
    described = any(facts.get("description") for facts in report["learners"].values())
    where = "Coefficients or trees in “The model itself”; " if described else ""
    return f"{where}the saved models hold all that is needed to score a patient."


def _performance(report: Report) -> str:
    found = [
        f"{name} {with_interval(facts['metrics']['auroc'])}"
        for name, facts in report["learners"].items()
    ]
    return f"AUROC (95 % interval): {'; '.join(found)}. More in “Performance”. No subgroups."


def _limitations(report: Report) -> str:
    size = report["sample_size"]
    short = size["patients"] < size["required"]["all_criteria"]
    return (
        f"{'Fewer patients than Riley’s criteria ask for. ' if short else ''}"
        "Not externally validated. A response is not said to be because of the treatment: that "
        "takes a comparison with patients who did not have it."
    )


def _clusters(_report: Report) -> str:
    return "A declared cluster column is never split between training and test."


_FILLED: Mapping[str, Callable[[Report], str]] = {
    "2": _abstract,
    "5b": lambda r: f"Trained {r['time']}; dates of patients are not kept." if "time" in r else "",
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
    "12d": _clusters,
    "12e": _measures,
    "12f": lambda _: _DEVELOPMENT,
    "12g": lambda _: _DEVELOPMENT,
    "13": _imbalance,
    "14": _fairness,
    "15": _output,
    "16": lambda _: _DEVELOPMENT,
    "18f": lambda r: (
        f"predictor {(r.get('versions') or {}).get('predictor', '')}, BSD-3-Clause; "
        "study file and SQL at the end of this page."
    ),
    "20a": _flow,
    "20b": _characteristics,
    "20c": lambda _: _DEVELOPMENT,
    "21": _analysed,
    "22": _full_model,
    "23a": _performance,
    "23b": lambda _: "Not looked at.",
    "24": lambda _: "Not applicable: no model was updated.",
    "26": _limitations,
    "27a": lambda _: _POOR_INPUT,
    "27b": lambda _: "Meant for researchers who know the data; scores have a range and flags.",
}
