"""The page of a watched model, of the same blocks as that of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.report.monitoring_in_words import HEADLINES
from predictor.report.page.blocks import (
    Block,
    Facts,
    Group,
    Level,
    Missing,
    Page,
    Picture,
    Section,
    Table,
    Text,
    Verdict,
)
from predictor.report.page.facts_of_model import Fact, auroc_and_ratio
from predictor.report.page.pictures import of_topic
from predictor.report.wording import measure
from predictor.results import DriftOfPatients, MonitoringLevel, MonitoringResult
from predictor.results.words import NONE, bare_p, number, percent, with_interval

_KEYS: Mapping[MonitoringLevel, Level] = {
    "update": "nothing",
    "look": "something",
    "too few to say": "exploratory",
    "nothing to see": "ready",
}
_IN_PERIOD = ("auroc", "observed_expected")


def page_of_monitoring(
    report: MonitoringResult, pictures: Sequence[Picture] = (), *, notice: str = ""
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
    return Page(
        title=f"{report.model.name} over time: {report.title or report.study}",
        study=report.study,
        written=report.time,
        notice=notice,
        verdict=Verdict(
            level=_KEYS[report.level],
            headline=HEADLINES[report.level],
            scale=[(key, words) for words, key in _KEYS.items()],
            sentences=list(report.verdict),
            facts=_facts(report),
            scale_label="From an alarm to nothing to see",
        ),
        sections=[
            _patients(report),
            _outcomes(report, pictures),
            _charts(report, pictures),
            _scored(report, pictures),
            _provenance(report),
        ],
        kind="Monitoring report",
    )


def _facts(report: MonitoringResult) -> list[Fact]:
    auroc, ratio = auroc_and_ratio(report.measures)
    alarms = sum(chart.alarm is not None for chart in report.charts.values())
    return [
        ("Alarms", str(alarms), f"of 3 charts of outcomes, in {len(report.periods)} periods"),
        ratio,
        auroc,
    ]


def _patients(report: MonitoringResult) -> Section:
    counts = report.patients
    rows = [
        ("Scored patients", counts.scored),
        ("The model gave no probability", counts.not_scored),
        ("Outcome not known (yet)", counts.without_outcome),
        ("No period is known", counts.without_period),
        ("In a period that is not over, or too small yet", counts.waiting),
        ("Watched: score, outcome and period", counts.watched),
        ("With the event", counts.events),
        ("Scored once more: the first score counts", counts.scored_again),
        ("In the table of outcomes, and not scored", counts.without_score),
    ]
    return Section(
        "patients",
        "Which model, which patients",
        [
            Text(
                "The scores are those that the model gave at the time; what became of the patients "
                "is read by the outcome rule of its own study."
            ),
            Facts(
                [
                    ("Model", f"{report.model.learner} of {report.study}"),
                    ("Predicts", f"{report.outcome} at {report.predict_at}"),
                    ("Rule of the outcome", report.rule),
                    ("Periods", report.how),
                ]
            ),
            Table("Patients", ["Who", "Patients"], [[w, str(n)] for w, n in rows], frozenset({1})),
        ],
    )


def _outcomes(report: MonitoringResult, pictures: Sequence[Picture]) -> Section:
    rows = [
        [
            _short(period.name),
            str(period.patients),
            str(period.events),
            number(period.expected * period.patients, 1),
            *(with_interval(period.measures[name]) for name in _IN_PERIOD),
        ]
        for period in report.periods
    ]
    rows.append(
        [
            "all",
            str(report.patients.watched),
            str(report.patients.events),
            number(sum(each.expected * each.patients for each in report.periods), 1),
            *(with_interval(report.measures[name]) for name in _IN_PERIOD),
        ]
    )
    return Section(
        "outcomes",
        "Observed and expected",
        [
            Text(
                "Each period has at least 5 patients with and 5 without the event; smaller ones "
                "are joined. With so few, intervals are wide: periods that differ are no news "
                "while the charts below give no alarm."
            ),
            *of_topic(pictures, "outcomes"),
            *of_topic(pictures, "aurocs"),
            Table(
                "Each period (95 % intervals)",
                ["Period", "Patients", "Events", "Expected", *(measure(m)[0] for m in _IN_PERIOD)],
                rows,
                frozenset(range(1, 4 + len(_IN_PERIOD))),
                wide=True,
            ),
        ],
    )


def _charts(report: MonitoringResult, pictures: Sequence[Picture]) -> Section:
    rows = [
        [chart.looks_for, chart.alarm or "none", percent(chart.chance)]
        for chart in report.charts.values()
    ]
    rows.append(["nothing is predicted (slope 0)", NONE, percent(report.chance_of_nothing)])
    return Section(
        "charts",
        "Has the model gone wrong?",
        [
            Text(
                "Each chart adds up, period by period, how much likelier the outcomes are if the "
                "model has gone wrong in its way than if it is right, and begins anew at 0 when "
                "they are not (risk-adjusted CUSUM, Steiner 2000). Limits come from watches of "
                "these very patients in which the model is right."
            ),
            Text(
                f"They are made for {report.planned} periods: in "
                f"{percent(report.planned_share)} of such watches a right model raises a false "
                f"alarm, in whichever chart; in {percent(report.by_now)} it would have by now. "
                "That holds however often one looks."
            ),
            *of_topic(pictures, "charts"),
            Table(
                "Alarms, and how likely there had been one by now had it been so from the start",
                ["Looks for", "Alarm in", "Chance by now"],
                rows,
                frozenset({2}),
            ),
        ],
    )


def _scored(report: MonitoringResult, pictures: Sequence[Picture]) -> Section:
    drift = report.drift
    title = "Have the patients changed?"
    if drift is None:
        return Section(
            "drift", title, [Missing("There are not two periods of scored patients yet.")]
        )
    blocks: list[Block] = [
        Text(
            "All scored patients, whether their outcome is known or not: their linear predictor, "
            "what each covariate adds to it, how often it is missing, and how often it is unlike "
            "the training patients."
        ),
        *of_topic(pictures, "patients"),
        _tests(drift),
    ]
    if drift.changed:
        rows = [[each.what, number(each.difference, 1)] for each in drift.changed]
        blocks.append(
            Table(
                f"What has changed by {drift.alarm} (in standard errors, against all before)",
                ["What", "Difference"],
                rows,
                frozenset({1}),
            )
        )
    blocks += [
        Group("Missing values", [_flags(drift, "missing", "Patients without a value")]),
        Group(
            "Unlike the training patients",
            [_flags(drift, "unlike", "Patients far from the training, or at a level nobody had")],
        ),
    ]
    return Section("drift", title, blocks)


def _tests(drift: DriftOfPatients) -> Table:
    since = [p for p in drift.p_since_training if p is not None]
    rows = [
        [
            "Each period against those before (permutations)",
            drift.alarm or "none",
            f"chart {number(drift.values[-1])}, limit {number(drift.limits[-1])}",
        ],
        [
            "All until now against the training (mean of the linear predictor)",
            (drift.alarm_since_training or "none") if since else NONE,
            f"p {bare_p(since[-1])}, limit {number(drift.rate, 4)}"
            if since
            else "the model does not hold its training's",
        ],
    ]
    return Table("Tests that hold their rate", ["Test", "Alarm in", "Now"], rows)


def _flags(drift: DriftOfPatients, which: str, caption: str) -> Block:
    rows = [
        [
            _short(period.name),
            str(period.patients),
            *(str(n) for n in getattr(period, which).values()),
        ]
        for period in drift.periods
    ]
    names = list(getattr(drift.periods[0], which))
    return Table(
        caption,
        ["Period", "Patients", *names],
        rows,
        frozenset(range(1, 2 + len(names))),
        wide=len(names) > 4,
    )


def _short(period: str) -> str:
    """A period in a column of periods, broken only where two are joined."""
    ends = period.removeprefix("patients ").split(" to ")
    return " to ".join(end.replace(" ", "\u00a0") for end in ends)


def _provenance(report: MonitoringResult) -> Section:
    return Section(
        "provenance",
        "Versions and sources",
        [
            Text(
                "The plain data behind this page are in report.json. They describe these patients "
                "exactly, period by period, and stay in the hospital; what may leave it is the "
                "validation.json of `predictor validate`."
            ),
            Facts(
                [
                    ("Watch", report.monitoring),
                    ("Written", report.time),
                    ("Digest of the model", report.model.digest),
                    ("Model trained", report.model.trained or NONE),
                    ("Fingerprint of the outcomes", report.fingerprint),
                ]
            ),
            Table(
                "Versions",
                ["Package", "Version"],
                [[name, version] for name, version in report.versions.items()],
            ),
        ],
    )
