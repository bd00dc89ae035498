"""The page of a screen that stands first: what a reader with two minutes has to know."""

from __future__ import annotations

from predictor.notice import RESEARCH_ONLY
from predictor.report.page.blocks import Brief, BriefItem
from predictor.report.wording import calibration_in_words
from predictor.results import Finding, LearnerResult, TrainingResult
from predictor.results.words import count, number, percent, span, with_interval

_ISSUES = 3
_NEXT = (
    ("audits", "issues"),
    ("patients", "the patients"),
    ("performance", "performance"),
    ("calibration", "calibration"),
    ("decision-curve", "decision curve"),
    ("model", "the model"),
    ("methods", "methods for a paper"),
    ("tripod", "checklists"),
)
_MAY = (
    "May be used to learn what these data can say, to plan a study, and as the model to be tested, "
    "unchanged, in other patients."
)


def brief(report: TrainingResult) -> Brief:
    """Question, patients, discrimination, calibration, use, what matters most, where to go next."""
    items = [_question(report), _patients(report)]
    if report.subject is not None:
        facts = report.learners[report.subject]
        items += [_discrimination(report, report.subject, facts), _calibration(facts)]
    items += [
        _issues(report),
        BriefItem("What it is for", (_MAY, RESEARCH_ONLY), wide=True),
        _next(report),
    ]
    issues = sum(each.verdict == "issue" for each in report.audits)
    onward = [(key, f"all {issues} issues" if key == "audits" else said) for key, said in _NEXT]
    if issues <= _ISSUES:
        onward = [(key, said) for key, said in onward if key != "audits"]
    return Brief(_lead(report), tuple(items), onward)


def _lead(report: TrainingResult) -> str:
    """The first sentence of the verdict, without the level that stands above it."""
    level, colon, rest = report.verdict[0].partition(": ")
    if colon and level.casefold() == report.verdict_level:
        return rest[:1].upper() + rest[1:]
    return report.verdict[0]


def _question(report: TrainingResult) -> BriefItem:
    times = report.timepoints
    said = (
        f"Who will have “{report.outcome}” at {report.outcome_known_at} "
        f"({times[report.outcome_known_at]}), told at {report.predict_at} "
        f"({times[report.predict_at]}) from {count(len(report.covariates), 'covariate')}?"
    )
    return BriefItem("Question", (said,))


def _patients(report: TrainingResult) -> BriefItem:
    data = report.data
    left_out = data.rows - data.labelled
    said = f"of whom {data.events} ({percent(data.events / data.labelled)}) had the event"
    rest = f"; {left_out} of {data.rows} rows of the table are left out" if left_out else ""
    return BriefItem("Patients", (f"{said}{rest}.",), str(data.labelled))


def _discrimination(report: TrainingResult, name: str, facts: LearnerResult) -> BriefItem:
    auroc = facts.metrics["auroc"]
    said = [f"95 % interval {span(auroc)}; 0.5 is chance."]
    choice = report.repeated_choice
    if choice is not None and choice.estimate is not None and len(choice.chosen) > 1:
        said.append(
            f"With the choice among {len(choice.chosen)} learners counted in: "
            f"{with_interval(choice)}."
        )
    said.append(_against(report, name))
    if name != report.champion:
        said.append(f"Kept by log loss was {report.champion}.")
    return BriefItem(f"AUROC of {name}", tuple(said), number(auroc.estimate))


def _against(report: TrainingResult, name: str) -> str:
    """The simple comparator of the study, or everybody's share of events."""
    simple = [key for key, each in report.learners.items() if each.comparator and key != name]
    for key in simple[:1]:
        difference = next(
            (
                row
                for row in report.comparisons
                if {row.first, row.second} == {key, name} and row.measure == "auroc"
            ),
            None,
        )
        said = (
            f"The simple comparator ({key}): {with_interval(report.learners[key].metrics['auroc'])}"
        )
        if difference is None or difference.difference is None:
            return f"{said}."
        sign = 1 if difference.first == name else -1
        ends = sorted(sign * end for end in (difference.low, difference.high) if end is not None)
        interval = f" ({' to '.join(number(end) for end in ends)})" if len(ends) == 2 else ""
        noise = ", within noise" if difference.within_noise else ""
        return f"{said}; difference {number(sign * difference.difference)}{interval}{noise}."
    share = percent(report.data.events / report.data.labelled)
    return f"The simple comparator, {share} for everybody, has 0.50."


def _calibration(facts: LearnerResult) -> BriefItem:
    return BriefItem("Calibration", calibration_in_words(facts))


def _issues(report: TrainingResult) -> BriefItem:
    ranked = [each for kind in ("issue", "tip") for each in report.audits if each.verdict == kind]
    undone = 0 if report.by_part is None else len(report.by_part.audits_not_done)
    left = f" {undone} need the rows of all patients and were not done." if undone else ""
    if not ranked:
        return BriefItem("What matters most", (f"No audit found anything.{left}",), wide=True)
    said = tuple(f"{_title(each)}: {each.message}" for each in ranked[:_ISSUES])
    return BriefItem("What matters most", said, points=True, wide=True)


def _title(found: Finding) -> str:
    return found.title[:1].upper() + found.title[1:]


def _next(report: TrainingResult) -> BriefItem:
    size = report.sample_size
    needed = size.required.all_criteria
    if report.verdict_level in ("worth an external validation", "ready for external validation"):
        said = "Test the saved model, unchanged, in other patients: `predictor validate`."
    else:
        said = (
            f"More patients before another model: Riley's criteria ask for {needed}, there are "
            f"{size.patients}. `predictor plan` foretells what a larger study would find."
        )
    return BriefItem("Next", (said,), wide=True)
