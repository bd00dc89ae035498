"""Rules about a study, its patients and its models, each an object with a code.

A new audit is a file with an ``AUDIT``, a line below, a section in ``docs/audits.md``, and a case
that passes and one that fails in the tests. Whoever runs audits does not change.
"""

from __future__ import annotations

from collections.abc import Sequence

from predictor.results import Finding
from predictor.validation.audits import (
    baseline_too_low_for_rule,
    cluster_as_proxy,
    duplicated_patients,
    estimators_disagree,
    events_per_parameter,
    expected_shrinkage,
    failed_replicates,
    far_out_values,
    few_holders,
    id_like_covariate,
    instability,
    labelled_differ_from_dropped,
    labels_at_the_edge,
    later_name,
    many_without_outcome,
    missingness_predicts,
    no_better_than_comparator,
    no_better_than_prevalence,
    one_covariate_too_good,
    report_only_labels,
    shuffled_outcome,
    too_few_patients,
    years_mixed,
)
from predictor.validation.audits.evidence import Contender, Evidence
from predictor.validation.audits.finding import Audit, Ruling

__all__ = ["AUDITS", "Audit", "Contender", "Evidence", "Finding", "Ruling", "audit"]

# what undermines everything else comes first; the verdict names issues in this order
AUDITS: tuple[Audit, ...] = (
    no_better_than_prevalence.AUDIT,
    shuffled_outcome.AUDIT,
    later_name.AUDIT,
    one_covariate_too_good.AUDIT,
    id_like_covariate.AUDIT,
    duplicated_patients.AUDIT,
    few_holders.AUDIT,
    far_out_values.AUDIT,
    missingness_predicts.AUDIT,
    cluster_as_proxy.AUDIT,
    no_better_than_comparator.AUDIT,
    expected_shrinkage.AUDIT,
    events_per_parameter.AUDIT,
    instability.AUDIT,
    estimators_disagree.AUDIT,
    failed_replicates.AUDIT,
    years_mixed.AUDIT,
    too_few_patients.AUDIT,
    report_only_labels.AUDIT,
    baseline_too_low_for_rule.AUDIT,
    labels_at_the_edge.AUDIT,
    many_without_outcome.AUDIT,
    labelled_differ_from_dropped.AUDIT,
)


_NO_ROWS = Ruling(
    "not_applicable",
    "not done by part: it looks at the rows of all patients at once. Run it on a random sample of "
    "them: `predictor check`, or `predictor train` without --by-part.",
)


def audit(
    evidence: Evidence, audits: Sequence[Audit] = AUDITS, *, by_part: bool = False
) -> tuple[Finding, ...]:
    """Run every audit, or before training those that need no model.

    Parameters
    ----------
    evidence
        What they look at.
    audits
        In the order of their findings.
    by_part
        Whether nobody has the rows of the patients: audits that need them say so.
    """
    findings = []
    for each in audits:
        if evidence.contenders or each.before_training:
            ruling = _NO_ROWS if by_part and each.of_rows else each.rule(evidence)
            findings.append(
                Finding(
                    code=each.code,
                    title=each.title,
                    verdict=ruling.verdict,
                    subject=ruling.subject,
                    message=ruling.message,
                    reference=each.reference,
                )
            )
    return tuple(findings)
