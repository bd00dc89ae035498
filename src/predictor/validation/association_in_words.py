"""What the global test found, each sentence about the outcome it speaks of."""

from __future__ import annotations

from predictor.results import GlobalTest
from predictor.results.global_test import LEVEL
from predictor.results.words import listed, p_value

# members whose p is about the label itself
_OF_THE_LABEL = ("label", "expected")
# strengths of which the power is told in a sentence; the report has all of them
_TOLD = (0.60, 0.70)


def association(test: GlobalTest) -> str:
    """Whether covariates and outcome go together; no full stop.

    Examples
    --------
    >>> label = {"member": "label", "speaks_of": "responder", "p": 0.21}
    >>> test = GlobalTest.from_json(
    ...     {"p": 0.21, "members": [label], "permutations": 999, "exchanged": "all", "power": []}
    ... )
    >>> association(test)
    'covariates do not go with responder more than chance would have it (global test, p = 0.210)'
    """
    label = test.members[0]
    if test.p is None:
        return (
            f"whether covariates go with {label.speaks_of} cannot be asked: wherever outcomes may "
            f"change places they are the same"
        )
    several = len(test.members) > 1
    how = f"global test{' of all its outcomes together' if several else ''}, {p_value(test.p)}"
    small = [member for member in test.members if member.p is not None and member.p <= LEVEL]
    if not test.positive:
        return f"covariates do not go with {label.speaks_of} more than chance would have it ({how})"
    named = listed(
        [f"{member.speaks_of}{f' ({p_value(member.p)})' if several else ''}" for member in small]
    )
    found = f"covariates go with {named} more than chance would have it ({how})"
    if any(member.member in _OF_THE_LABEL for member in small):
        return found
    of_label = "" if label.p is None else f" ({p_value(label.p)})"
    return f"{found}; of {label.speaks_of} itself this was not shown{of_label}"


def no_evidence_of_nothing(test: GlobalTest) -> str:
    """That a large p shows nothing, with the share of cohorts like this one that would be found."""
    told = [power for power in test.power if power.auroc in _TOLD]
    if not told:
        return "That is not evidence of nothing."
    name = test.members[0].speaks_of
    shares = ", and ".join(
        f"{100 * power.share:.0f} % of those with a true AUROC of {power.auroc:.2f}"
        for power in told
    )
    return (
        f"That is not evidence of nothing: of cohorts like this one the test of {name} finds "
        f"{shares}."
    )
