"""The page of a model in new patients, of the same blocks as that of a training."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.report.page.blocks import (
    Facts,
    Fold,
    Level,
    Missing,
    Page,
    Picture,
    Section,
    Table,
    Text,
    Verdict,
)
from predictor.report.page.case_mix_section import case_mix
from predictor.report.page.centres_section import FOREST, of_summary, rounded_in_words
from predictor.report.page.facts_of_model import Fact, auroc_and_ratio
from predictor.report.page.groups_section import of_model
from predictor.report.page.others_section import others
from predictor.report.page.pictures import of_topic
from predictor.report.wording import measure
from predictor.results import (
    ValidatedMeasure,
    ValidationLevel,
    ValidationResult,
)
from predictor.results.words import NONE, count, number, percent, with_interval

_KEYS: dict[ValidationLevel, Level] = {
    "does not predict here": "nothing",
    "too few to say": "something",
    "ranks, but miscalibrated: update": "exploratory",
    "ranks; too few to judge its probabilities": "worth",
    "holds up": "ready",
}
_SCALE: tuple[tuple[Level, str], ...] = tuple((key, words) for words, key in _KEYS.items())
_FIRST = (
    "auroc", "observed_expected", "calibration_intercept", "calibration_slope", "brier",
    "scaled_brier", "log_loss", "ici", "e50", "e90",
)  # fmt: skip
_AT = ("net_benefit", "sensitivity", "specificity", "ppv", "npv")


def page_of_validation(
    report: ValidationResult, pictures: Sequence[Picture] = (), *, notice: str = ""
) -> Page:
    """The content of the page.

    Parameters
    ----------
    report
        What was found.
    pictures
        Figures of it.
    notice
        What the results may not be used for.
    """
    named = report.verdict_level
    return Page(
        title=f"{report.model.name} in new patients: {report.title or report.study}",
        study=report.study,
        written=report.time,
        notice=notice,
        verdict=Verdict(
            level=_KEYS[named],
            headline=named[:1].upper() + named[1:],
            scale=_SCALE,
            sentences=list(report.verdict),
            facts=_facts(report),
            scale_label="From not predicting to holding up",
        ),
        sections=[
            _patients(report, pictures),
            _performance(report),
            _calibration(report, pictures),
            _decision_curve(report, pictures),
            *others(report),
            *_groups(report),
            *_centres(report, pictures),
            case_mix(report),
            _sample_size(report),
            _provenance(report),
        ],
        kind="Validation report",
    )


def _facts(report: ValidationResult) -> list[Fact]:
    data = report.data
    return [
        *auroc_and_ratio(report.measures),
        (
            "New patients",
            str(data.labelled),
            f"{data.events} with the event ({percent(data.events / data.labelled)})",
        ),
    ]


def _centres(report: ValidationResult, pictures: Sequence[Picture]) -> list[Section]:
    """None where the new patients are not of several centres."""
    found = report.centres
    if found is None:
        return []
    drawn = [picture for picture in pictures if picture.topic.startswith(FOREST)]
    said = "The same model in each centre of these patients, and what one more centre may expect."
    blocks = of_summary(found, drawn, report.model.name)
    return [Section("centres", "By centre", [Text(said + rounded_in_words(found)), *blocks])]


def _groups(report: ValidationResult) -> list[Section]:
    """None where the model's study declares no groups, or the table has no columns for them."""
    if not report.groups:
        return []
    return [Section("groups", "Groups of patients", of_model(report.model.name, report.groups))]


def _patients(report: ValidationResult, pictures: Sequence[Picture]) -> Section:
    data, model = report.data, report.model
    made_of = (
        NONE
        if model.patients is None or model.events is None
        else f"{count(model.patients, 'patient')}, {model.events} with the event"
    )
    facts = [
        ("Model", f"{model.learner} of {model.study}"),
        ("Made of", made_of),
        ("Predicts", f"{report.outcome} at {report.predict_at}"),
        ("Rule of the outcome", report.rule),
    ]
    if report.clusters is not None:
        facts.append(("Clusters", f"{report.clusters}, which every interval takes whole"))
    rows = [[step.words, str(step.patients)] for step in data.steps]
    return Section(
        "patients",
        "Which model, which patients",
        [
            Text(
                "The model is as it was: nothing of it was changed or trained. Who is eligible, "
                "what counts as the event and how covariates are made follow its own study file."
            ),
            Facts(facts),
            *(
                of_topic(pictures, "flow")
                or [Table("Flow of patients", ["Step", "Patients"], rows, frozenset({1}))]
            ),
        ],
    )


def _performance(report: ValidationResult) -> Section:
    names = [name for name in _FIRST if name in report.measures]
    rest = [name for name in report.measures if name not in names]
    at = [name for name in rest if name.partition("@")[0] in _AT]
    other = [name for name in rest if name not in at]
    return Section(
        "performance",
        "Performance",
        [
            Text(
                "Each with its 95 % interval: what the same model would show in further patients "
                "like these. Beside it stands what its training expected of new patients."
            ),
            _measures("The model in the new patients", report, names + other),
            Fold("At each threshold", [_measures("At each threshold", report, at)]),
        ],
    )


def _measures(caption: str, report: ValidationResult, names: Sequence[str]) -> Table:
    return Table(
        caption,
        ["Measure", "Here (95 % interval)", "Training expected", "How to read it"],
        [[*_row(name, report.measures[name])] for name in names],
        frozenset({1, 2}),
        wide=True,
    )


def _row(name: str, found: ValidatedMeasure) -> tuple[str, str, str, str]:
    called, reading = measure(name)
    expected = NONE if found.expected is None else with_interval(found.expected)
    said = found.note if found.estimate is None else "; ".join(filter(None, (reading, found.note)))
    return called, with_interval(found), expected, said or ""


def _calibration(report: ValidationResult, pictures: Sequence[Picture]) -> Section:
    drawn = of_topic(pictures, "calibration")
    note = report.calibration.note
    return Section(
        "calibration",
        "Calibration",
        [
            Text(
                "Of the patients given a probability of 30 %, about 30 % should have the outcome. "
                "Points are groups of at least 8 patients."
            ),
            *(drawn or [Missing("There are no groups of patients to draw.")]),
            *([Text(note[:1].upper() + note[1:] + ".", quiet=True)] if note else []),
        ],
    )


def _decision_curve(report: ValidationResult, pictures: Sequence[Picture]) -> Section:
    gained = report.gain_over_treat_all
    rows = [
        [
            percent(threshold),
            _plain(gained.difference[at], gained.low[at], gained.high[at]),
            number(report.decision_curve.net_benefit[at], 3),
            number(report.treat_all.treat_all[at], 3),
        ]
        for at, threshold in enumerate(gained.threshold)
        if round(100 * threshold) % 10 == 0
    ]
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
            *of_topic(pictures, "decision_curve"),
            Table(
                "What acting by the model adds to acting on everybody (paired, 95 % interval)",
                ["Threshold", "Model less everybody", "Model", "Everybody"],
                rows,
                frozenset({1, 2, 3}),
            ),
        ],
    )


def _plain(value: float | None, low: float | None, high: float | None) -> str:
    text = number(value, 3)
    return text if low is None else f"{text} ({number(low, 3)} to {number(high, 3)})"


def _sample_size(report: ValidationResult) -> Section:
    patients = report.data.labelled
    rows = [
        [
            each.called,
            number(each.width, 1),
            NONE if each.needed is None else str(each.needed),
            str(patients),
            "yes" if each.reached else "no",
        ]
        for each in report.needed
    ]
    return Section(
        "sample-size",
        "Enough patients?",
        [
            Text(
                "How many patients an interval needs to be so narrow that the question is "
                "settled, if the model were right in patients like these (Riley 2021, doi "
                "10.1002/sim.9025)."
            ),
            Table(
                "Patients needed",
                ["Measure", "Width of the interval", "Needed", "Here", "Enough?"],
                rows,
                frozenset({1, 2, 3}),
            ),
        ],
    )


def _provenance(report: ValidationResult) -> Section:
    model = report.model
    return Section(
        "provenance",
        "Versions and sources",
        [
            Text(
                "With the same model, patients (in whatever order) and versions, the same numbers "
                "come out. The plain data behind this page are in report.json. They describe these "
                "patients exactly: what may leave the hospital is validation.json, with "
                "counts and numbers so coarse that no patient follows from two of them."
            ),
            Facts(
                [
                    ("Validation", report.validation),
                    ("Written", report.time),
                    ("Digest of the model", model.digest),
                    ("Model trained", model.trained or NONE),
                    ("Fingerprint of the table", report.data.fingerprint),
                ]
            ),
            Table(
                "Versions",
                ["Package", "Version"],
                [[name, version] for name, version in report.versions.items()],
            ),
        ],
    )
