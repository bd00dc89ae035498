"""Go on, stop, or change the question: what a study that is under way can expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from predictor.report.plain_numbers import plain
from predictor.results import Advice, IntervalEstimate
from predictor.results.planning import Decision
from predictor.results.words import percent
from predictor.workflows.prepared import Prepared
from predictor.workflows.simulated_study import SimulatedStudies, SimulatedStudy

_EVEN = 0.5
_LEAST_SPREAD = 0.01


def advise(
    simulated: SimulatedStudies,
    prepared: Prepared,
    found: Mapping[tuple[int, float], Sequence[SimulatedStudy]],
    planned: int,
    rng: np.random.Generator,
) -> Advice:
    """Weigh the assumed strengths by what the patients so far show, and look ahead.

    A strength weighs as much as the normal density that simulated studies of the present size and
    that strength give the AUROC that was found; all are equally likely beforehand. The chance that
    the planned study finds something is the mean over strengths by these weights. The decision
    asks for even odds: with the planned patients, or with as many as were simulated.

    Parameters
    ----------
    simulated, prepared
        The studies, and the patients so far.
    found
        Simulated studies, by size and strength; the present and the planned size are among them.
    planned
        Patients at the end.
    rng
        Source of randomness.
    """
    evidence, _ = simulated.judged(prepared.matrix, prepared.labelled.y, rng, prepared.clusters)
    so_far = prepared.labelled.flow.labelled
    strengths = sorted({strength for _, strength in found})
    sizes = sorted({size for size, _ in found if size >= so_far})
    auroc = None if evidence.subject is None else evidence.subject.performance.estimates["auroc"]
    value = float("nan") if auroc is None else auroc.estimate
    weights = _weights([found[so_far, strength] for strength in strengths], value)

    def chance(size: int) -> float:
        shares = [np.mean([s.found for s in found[size, strength]]) for strength in strengths]
        return float(weights @ np.array(shares))

    chances = {size: chance(size) for size in sizes}
    enough = next((size for size in sizes if chances[size] >= _EVEN), None)
    decision: Decision = "stop, or change the question"
    if chances[planned] >= _EVEN:
        decision = "go on"
    elif enough is not None:
        decision = "go on with more patients"
    return Advice(
        decision=decision,
        so_far=so_far,
        planned=planned,
        auroc=IntervalEstimate(
            estimate=plain(value),
            low=None if auroc is None else plain(auroc.low),
            high=None if auroc is None else plain(auroc.high),
        ),
        weights={f"{s:g}": float(w) for s, w in zip(strengths, weights, strict=True)},
        chance=chances[planned],
        sentences=_sentences(decision, so_far, planned, chances, enough),
    )


def _weights(studies: Sequence[Sequence[SimulatedStudy]], value: float) -> np.ndarray:
    """(S,) of the strengths; equal where the patients so far say nothing."""
    if np.isnan(value):
        return np.full(len(studies), 1 / len(studies))
    logs = []
    for each in studies:
        known = np.array([s.estimate for s in each if not np.isnan(s.estimate)])
        if len(known) < 2:
            logs.append(-np.inf)
            continue
        spread = max(float(known.std(ddof=1)), _LEAST_SPREAD)
        logs.append(-0.5 * ((value - known.mean()) / spread) ** 2 - np.log(spread))
    highest = max(logs)
    if np.isinf(highest):
        return np.full(len(studies), 1 / len(studies))
    weights = np.exp(np.array(logs) - highest)
    return np.asarray(weights / weights.sum())


def _sentences(
    decision: Decision, so_far: int, planned: int, chances: Mapping[int, float], enough: int | None
) -> tuple[str, ...]:
    largest = max(chances)
    said = [
        (
            f"{decision[:1].upper()}{decision[1:]}: the chance that {planned} patients show that a "
            f"learner predicts is {percent(chances[planned])}, as far as the {so_far} so far tell."
        )
    ]
    if decision == "go on with more patients":
        said.append(f"It is even, or better, from {enough} patients on.")
    if decision == "stop, or change the question":
        said.append(
            f"With {largest}, the most that were simulated, it is {percent(chances[largest])}: "
            f"other covariates, an outcome that is measured better, or fewer candidates would "
            f"change more than patients would."
        )
    said.append(
        "The assumed strengths were taken to be equally likely beforehand. To look at the patients "
        "so far is to decide whether to go on, not whether there is something: the verdict is that "
        "of the study at its end."
    )
    return tuple(said)
