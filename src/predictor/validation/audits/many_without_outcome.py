"""How many of those who could have been analysed have no outcome?"""

from __future__ import annotations

from predictor.disclosure import FEWEST, in_words
from predictor.validation.audits.dropped import most_apart
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling, Verdict

_TIP = 0.10
_ISSUE = 0.20


def _rule(evidence: Evidence) -> Ruling:
    lost = int(evidence.dropped.sum())
    eligible = lost + evidence.patients
    share = lost / eligible
    verdict: Verdict = "issue" if share > _ISSUE else "tip" if share >= _TIP else "passed"
    # a share of few would tell their number
    exactly = f" ({100 * share:.0f} %)" if lost >= FEWEST else ""
    numbers = f"{in_words(lost)} of {eligible} eligible patients{exactly} have no label"
    if verdict == "passed":
        return Ruling(verdict, f"{numbers}.")
    return Ruling(verdict, f"{numbers}. {_at_baseline(evidence)}")


def _at_baseline(evidence: Evidence) -> str:
    """What is known of those who were lost."""
    apart = most_apart(evidence)
    if apart is None:
        return "They are too few, or too little is known of them, to be compared at baseline."
    chance = "No more unlike the others at baseline than chance makes so few"
    how = "They were others at baseline" if apart.notable else chance
    return f"{how}: {apart}. How they fared nobody knows."


AUDIT = Audit(
    code="many_without_outcome",
    title="many without an outcome",
    threshold="tip from a tenth of the eligible (own rule), issue above a fifth, where losses are "
    "said to threaten a study's validity",
    reference="Schulz and Grimes 2002, Lancet 359:781, doi 10.1016/S0140-6736(02)07882-0",
    rule=_rule,
    before_training=True,
)
