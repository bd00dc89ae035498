"""Is there anything? Asked of covariates and outcome before any learner speaks."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from predictor import results, statistics
from predictor.cohort import Design
from predictor.results.global_test import LEVEL
from predictor.workflows.prepared import Prepared

Floats = npt.NDArray[np.float64]

_STRENGTHS = (0.60, 0.65, 0.70, 0.80)
_SMALLEST = 1e-6  # the tail of the limit above 5,000 patients is computed about so exactly
_LABEL, _GRADED, _EXPECTED = "label", "graded", "expected"


def global_test(prepared: Prepared) -> results.GlobalTest:
    """Goeman's test of the label and whatever else the study file has take part in it.

    Its permutations come from the study's seed, so the same patients give the same p.
    """
    study, matrix, y = prepared.study, prepared.matrix, prepared.labelled.y
    members = (_LABEL, *study.global_test)
    votes = statistics.Votes.of(matrix.X, [slice(c.start, c.stop) for c in matrix.covariates])
    exchangeable = statistics.Exchangeable.of(len(y), prepared.clusters)
    rng = np.random.default_rng([study.seed, *b"global_test"])
    found = statistics.global_test(
        votes,
        {member: _outcome(member, prepared) for member in members},
        exchangeable,
        rng,
        index={_EXPECTED: _directions(prepared)} if _EXPECTED in members else None,
    )
    power: tuple[results.Power, ...] = ()
    if not math.isnan(found.critical):
        shares = statistics.power(
            votes, float(y.mean()), found.critical, _STRENGTHS, exchangeable, rng
        )
        power = tuple(
            results.Power(auroc=auroc, share=float(share))
            for auroc, share in zip(_STRENGTHS, shares, strict=True)
        )
    return results.GlobalTest(
        p=_plain(found.combined),
        members=tuple(
            results.GlobalTestMember(
                member=member, speaks_of=_speaks_of(member, prepared), p=_plain(found.p[member])
            )
            for member in members
        ),
        permutations=found.permutations,
        exchanged=_exchanged(prepared),
        power=power,
    )


def label_alone(matrix: Design, y: Floats, rng: np.random.Generator) -> bool:
    """Whether the test of the label alone is positive, in independent patients."""
    votes = statistics.Votes.of(matrix.X, [slice(c.start, c.stop) for c in matrix.covariates])
    found = statistics.global_test(
        votes, {_LABEL: y}, statistics.Exchangeable.of(len(y), None), rng
    )
    return found.combined <= LEVEL


def _outcome(member: str, prepared: Prepared) -> Floats:
    """(n,) what a member says of each labelled patient, nan if unknown."""
    labelled = prepared.labelled
    known = ~np.isnan(labelled.labels)
    if member in labelled.earlier:
        return labelled.earlier[member][known]
    if member == _GRADED:
        assert labelled.graded is not None  # the study file has it: `Study` sees to that
        return statistics.graded_scores(labelled.y, labelled.graded[known])
    return labelled.y


def _directions(prepared: Prepared) -> Floats:
    """(p,) 1 for more, -1 for less, 0 where nothing is expected."""
    sign = {"more": 1.0, "less": -1.0}
    expected = prepared.study.expected
    return np.array([sign.get(expected.get(name, ""), 0.0) for name in prepared.matrix.columns])


def _speaks_of(member: str, prepared: Prepared) -> str:
    name = prepared.study.outcome.name
    if member in prepared.labelled.earlier:
        return f"the outcome as it was at {member}"
    return {
        _LABEL: name,
        _GRADED: f"how much of {name} a patient shows",
        _EXPECTED: f"{name} in the expected directions",
    }[member]


def _exchanged(prepared: Prepared) -> str:
    if prepared.clusters is None:
        return "outcomes of all patients"
    return (
        "outcomes of patients of the same cluster, and those of whole clusters where at least "
        "four have the same size"
    )


def _plain(p: float) -> float | None:
    return None if math.isnan(p) else max(p, _SMALLEST)
