"""What can be said about a study in words, by a rule over its audits.

The rule stands in ``docs/audits.md``. It never says "ready for use".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from predictor.results import GlobalTest, VerdictLevel
from predictor.results.words import p_value
from predictor.validation.association_in_words import association, no_evidence_of_nothing
from predictor.validation.audits import Contender, Evidence, Finding
from predictor.validation.estimates import Estimate
from predictor.validation.repeated_choice import RepeatedChoice

# an issue of these means that nothing was shown, whatever the others say
_SHOWS = ("no_better_than_prevalence", "shuffled_outcome")
# so many faults are named in the verdict; all of them are listed below it
_NAMED = 3


@dataclass(frozen=True)
class Verdict:
    """How far a study has come, and two or three sentences that say why."""

    level: VerdictLevel
    sentences: tuple[str, ...]


def level_of(
    findings: Sequence[Finding], *, something_there: bool = False, undone: int = 0
) -> VerdictLevel:
    """The level of a study, from what its audits found and whether its global test is positive.

    Audits that could not be done (`undone` of them) might have had something to say.

    Examples
    --------
    >>> level_of([])
    'ready for external validation'
    """
    issues = {finding.code for finding in findings if finding.verdict == "issue"}
    if issues.intersection(_SHOWS):
        if something_there:
            return "something is there, but no model was shown to use it"
        return "nothing found"
    if issues:
        return "exploratory only"
    if undone or any(finding.verdict == "tip" for finding in findings):
        return "worth an external validation"
    return "ready for external validation"


def verdict(evidence: Evidence, findings: Sequence[Finding], *, undone: int = 0) -> Verdict:
    """The level, and a few sentences with the numbers.

    They answer two questions: whether anything is there, asked without any model, and whether a
    model was shown to use it.

    Parameters
    ----------
    evidence
        With the learners that were trained.
    findings
        Of `predictor.validation.audit` on it.
    undone
        Audits that could not be done, as nobody has the rows of all patients.
    """
    test = evidence.global_test
    there = test is not None and test.positive
    level = level_of(findings, something_there=there, undone=undone)
    subject = evidence.subject
    shown = not _codes(findings, "issue").intersection(_SHOWS)
    model = _what_the_model_shows(evidence, findings)
    anything = [] if test is None else [_anything(test, shown=shown)]
    if shown:
        sentences = [model, *anything, _in_the_way(findings, undone)]
    elif level == "nothing found":
        sentences = [model, *anything, *_not_shown(evidence, findings)]
    else:
        sentences = [*anything, f"but {model}", *_not_shown(evidence, findings)]
    first, *others = sentences
    sentences = [f"{level.capitalize()}: {first}", *(s[:1].upper() + s[1:] for s in others)]
    if subject is not None:
        sentences.append(
            _size(subject, evidence) + _movement(subject.instability, stands=not subject.parameters)
        )
    return Verdict(level, tuple(sentences))


def _anything(test: GlobalTest, *, shown: bool) -> str:
    """What the test says of the first question, beside what models say of the second."""
    if test.positive or test.p is None:
        return f"{association(test)}."
    if shown:
        return f"the global test, which asks without a model, does not show it ({p_value(test.p)})."
    return f"{association(test)}. {no_evidence_of_nothing(test)}"


def _not_shown(evidence: Evidence, findings: Sequence[Finding]) -> list[str]:
    """The AUROC of a learner that nothing was shown of."""
    subject = evidence.subject
    if subject is None:
        return []
    if "no_better_than_prevalence" not in _codes(findings, "issue"):
        return [f"the AUROC of {subject.name} is {_auroc(subject)}."]
    if evidence.predicts_alone:
        return [f"the AUROC of {subject.name} is {_auroc(subject)}{_choice(evidence)}."]
    return [f"the highest AUROC is that of {subject.name}: {_auroc(subject)}."]


def _what_the_model_shows(evidence: Evidence, findings: Sequence[Finding]) -> str:
    subject, issues = evidence.subject, _codes(findings, "issue")
    if subject is None or "no_better_than_prevalence" in issues:
        tried = ""
        if evidence.predicts_alone:
            tried = f", as {len(evidence.candidates)} were tried and the best was taken"
        return f"no learner was shown to predict better than the prevalence{tried}."
    if "shuffled_outcome" in issues:
        (shuffled,) = (f for f in findings if f.code == "shuffled_outcome")
        return f"what was found does not stand against shuffled outcomes: {shuffled.message}"
    found = f"{subject.name} predicts better than the prevalence, AUROC {_auroc(subject)}"
    found += _choice(evidence)
    if subject.name != evidence.champion:
        found += (
            f"; by log loss the champion is {evidence.champion} all the same, {_plain(evidence)}"
        )
    return f"{found}."


def _plain(evidence: Evidence) -> str:
    """Why nothing is said of a champion that is not what the verdict is about."""
    champion = evidence.contenders.get(evidence.champion or "")
    if champion is not None and champion.constant:
        return "which gives everybody the same probability"
    return "which was not shown to"


def _in_the_way(findings: Sequence[Finding], undone: int) -> str:
    left = f"; {undone} that need the rows of all patients were not done" if undone else ""
    for verdict, what in (("issue", "Issues"), ("tip", "Look first at")):
        titles = [finding.title for finding in findings if finding.verdict == verdict]
        if titles:
            more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
            return f"{what}: {', '.join(titles[:_NAMED])}{more}{left}."
    passed = sum(finding.verdict == "passed" for finding in findings)
    return f"All {passed} audits that apply were passed{left}."


def _codes(findings: Sequence[Finding], verdict: str) -> set[str]:
    return {finding.code for finding in findings if finding.verdict == verdict}


def _size(subject: Contender, evidence: Evidence) -> str:
    if not subject.parameters:
        return f"Nothing of {subject.name} was learned from these {evidence.patients} patients"
    rarer = evidence.rarer
    counted = (
        f"{rarer} events" if rarer == evidence.events else f"{rarer} patients without the event"
    )
    plural = "" if subject.parameters == 1 else "s"
    return (
        f"{counted} among {evidence.patients} patients for {subject.parameters} "
        f"parameter{plural} of {subject.name} ({rarer / subject.parameters:.1f} each)"
    )


def _movement(instability: float, *, stands: bool) -> str:
    if np.isnan(instability) or stands:
        return "."
    points = round(100 * instability)
    return (
        f"; a fresh sample of patients would move a typical patient's probability by "
        f"{points} point{'' if points == 1 else 's'}."
    )


def _auroc(subject: Contender) -> str:
    auroc = subject.performance.estimates["auroc"]
    note = "" if auroc.note is None else f"; {auroc.note}"
    own = f"; {auroc.apparent:.2f} on its own training patients" if subject.parameters else ""
    return f"{auroc.estimate:.2f} ({_interval(auroc)}{own}{note})"


def _choice(evidence: Evidence) -> str:
    """What is left of the AUROC of the subject where it was chosen among several."""
    several, again = len(evidence.candidates), evidence.repeated_choice
    if several < 2:
        return ""
    if np.isnan(again.estimate):
        return f", and none with the choice among {several} learners counted in: {again.note}"
    return (
        f"; {again.estimate:.2f} ({_interval(again)}) with the choice among {several} learners "
        "counted in"
    )


def _interval(estimate: Estimate | RepeatedChoice) -> str:
    if np.isnan(estimate.low):
        return "no interval"
    return f"95 % interval {estimate.low:.2f} to {estimate.high:.2f}"
