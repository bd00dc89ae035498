"""How many labels hang on a value that meets the outcome's rule exactly?"""

from __future__ import annotations

import numpy as np

from predictor.cohort import at_the_edge
from predictor.disclosure import in_words
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling


def _rule(evidence: Evidence) -> Ruling:
    study, labelled = evidence.study, ~evidence.dropped
    known = evidence.cohort.eligible.as_of(study.outcome.known_at)
    edges = at_the_edge(known, study.outcome.rule, f"{study.file}: outcome.rule")
    if not edges:
        return Ruling("not_applicable", "needs an outcome rule of measured numbers.")
    names = [name for name, edge in edges.items() if edge[labelled].any()]
    if not names:
        return Ruling(
            "passed",
            f"no label hangs on a value of {_listed([*edges])} that meets the rule exactly.",
        )
    flipped = int((np.any(list(edges.values()), axis=0) & labelled).sum())
    return Ruling(
        "tip",
        f"{in_words(flipped)} of {evidence.patients} labels are decided by a value of "
        f"{_listed(names)} that meets the rule exactly; another reading of the scale, or more than "
        f"in place of at least, would flip them.",
    )


def _listed(names: list[str]) -> str:
    return " or ".join(names) if len(names) < 4 else f"one of {len(names)} columns"


AUDIT = Audit(
    code="labels_at_the_edge",
    title="labels at the edge of the rule",
    threshold="tip if any label would flip within a thousandth of the step in which a column is "
    "written; own rule",
    reference="Altman and Royston 2006, BMJ 332:1080, doi 10.1136/bmj.332.7549.1080",
    rule=_rule,
    before_training=True,
)
