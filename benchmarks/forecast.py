"""Whether `predictor plan` forecasts the verdict that a training would give.

    python benchmarks/forecast.py CONFIG --minutes 20
    python benchmarks/forecast.py CONFIG --samples work/best_of_several

The same simulated cohorts are judged twice: with the samples of a training, and with the few of
them that a forecast would have drawn. Prints for every size and strength, after every round, the
share of cohorts by verdict, both ways, and the standard error of their difference. With --samples,
how often something is found in the cohorts of best_of_several.py when some of their samples are
left out.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from predictor.cohort import Design, Target, covariates, design
from predictor.cohort.simulate.dictionary_patients import from_dictionary
from predictor.cohort.simulate.imitation import Imitation
from predictor.learners import REFERENCE, make
from predictor.statistics import shifted_percentiles
from predictor.statistics.resampled_cohorts import of_cohorts
from predictor.study import ValidationSpec, load_study
from predictor.validation import (
    AUDITS,
    Estimate,
    Evidence,
    Performance,
    Plan,
    Trained,
    audit,
    choose,
    draw_plan,
    instability_mape,
    level_of,
    metrics,
    performance,
    predicts,
    repeat_choice,
    subject_of,
    train,
)
from predictor.validation.replicates import Replicates
from predictor.validation.resamples import Folds
from predictor.workflows.association import label_alone
from predictor.workflows.simulated_study import (
    NOT_FORESEEN,
    REFUSED,
    SimulatedStudies,
    SimulatedStudy,
)

SEED = 20260402
ROUND = {48: 4, 100: 4, 200: 4}  # sizes, and how many cohorts of each in a round
STRENGTHS = (0.5, 0.65, 0.7, 0.75, 0.8)
# deals of the folds and resampled cohorts; the last is a training
SAMPLES = ((5, 20), (10, 30), (10, 40), (20, 60))
DEALS, RESAMPLES, BOOTSTRAP = 10, 60, 20  # of a forecast
MEASURES = tuple(m for m in metrics("binary") if m.name in ("auroc", "log_loss"))
LEVELS = ("nothing found", "something there", "exploratory only", "worth or more")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("config")
    options.add_argument("--minutes", type=float, default=20, help="of one processor")
    options.add_argument("--learner", action="append", help="by default all that are quick")
    options.add_argument("--samples", type=Path)
    chosen = options.parse_args()
    if chosen.samples is not None:
        fewer_samples(chosen.samples)
        return
    study = load_study(chosen.config)
    learners = tuple(
        spec
        for spec in study.learners
        if (spec.name in chosen.learner if chosen.learner else make(spec.learner).quick)
    )
    study = study.model_copy(update={"learners": learners})
    made = design(covariates(from_dictionary(study, 500, np.random.default_rng(SEED))))
    trainings = Trainings(study, Imitation.of(made), 0.5, ValidationSpec())
    pairs: dict[tuple[int, float], list[tuple[SimulatedStudy, SimulatedStudy]]] = {}
    end, rounds = time.process_time() + 60 * chosen.minutes, 0
    while time.process_time() < end:
        for size, cohorts in ROUND.items():
            for strength in STRENGTHS:
                for number in range(rounds * cohorts, (rounds + 1) * cohorts):
                    rng = np.random.default_rng([SEED, size, round(100 * strength), number])
                    pair = trainings.pair(size, strength, rng)
                    pairs.setdefault((size, strength), []).append(pair)
        rounds += 1
        print(f"after {time.process_time():.0f} s")
        table(pairs)


@dataclass(frozen=True, repr=False)
class Trainings(SimulatedStudies):
    """Studies with the samples of a training, of which each is judged by a part as well."""

    judged_: list[tuple[Design, np.ndarray, Plan, Evidence, dict[str, Trained]]] = field(
        default_factory=list
    )

    def judged(self, matrix, y, rng, clusters=None):
        """As it is, and remembered."""
        spec = self._validation(len(y))
        plan = draw_plan(Target.binary(y), spec, deepcopy(rng), clusters=clusters)
        evidence, models = super().judged(matrix, y, rng, clusters)
        self.judged_.append((matrix, y, plan, evidence, models))
        return evidence, models

    def pair(
        self, patients: int, strength: float, rng: np.random.Generator
    ) -> tuple[SimulatedStudy, SimulatedStudy]:
        """What a forecast and what a training says of the same cohort."""
        self.judged_.clear()
        training = self.run(patients, strength, rng)
        if not self.judged_:
            return REFUSED, training
        ((matrix, y, plan, evidence, models),) = self.judged_
        few = plan_of_a_forecast(plan)
        contenders = {}
        for name, each in evidence.contenders.items():
            trained = part(models[name], few)
            contenders[name] = replace(
                each,
                performance=performance(trained, few, MEASURES),
                instability=instability_mape(trained),
                failed=trained.failed,
                replicates=len(trained.folds) + len(trained.interval) + len(trained.bootstrap),
            )
        evidence = replace(
            evidence,
            contenders=contenders,
            champion=choose({name: c.performance for name, c in contenders.items()}).name,
            prevalence=performance(train(make(REFERENCE), matrix.X, y, few), few, MEASURES),
        )
        audits = [each for each in AUDITS if each.code not in NOT_FORESEEN]
        there = label_alone(matrix, y, rng)
        level = level_of(audit(evidence, audits), something_there=there)
        if evidence.subject is None:
            return SimulatedStudy(level, found=False), training
        own = evidence.subject.performance.estimates["auroc"]
        return SimulatedStudy(level, evidence.shown, own.estimate, own.low, own.high), training


def plan_of_a_forecast(plan: Plan) -> Plan:
    """The first samples of a plan."""
    assert isinstance(plan.interval, Folds)
    return Plan(
        some(plan.folds, plan.folds.repeat < DEALS),
        some(plan.interval, plan.interval.resample < RESAMPLES),
        plan.bootstrap[:BOOTSTRAP],
    )


def some(folds: Folds, rows: np.ndarray) -> Folds:
    return Folds(
        folds.training[rows], folds.testing[rows], folds.repeat[rows], folds.resample[rows]
    )


def part(trained: Trained, few: Plan) -> Trained:
    """What the same learner would have given with the first samples only."""

    def first(replicates: Replicates, rows: int) -> Replicates:
        return Replicates(replicates.y, replicates.weights[:rows], replicates.probability[:rows])

    assert (trained.folds.weights[: len(few.folds)] == few.folds.training).all()
    assert (trained.interval.weights[: len(few.interval)] == few.interval.training).all()
    assert (trained.bootstrap.weights[:BOOTSTRAP] == few.bootstrap).all()
    return replace(
        trained,
        bootstrap_models=trained.bootstrap_models[:BOOTSTRAP],
        folds=first(trained.folds, len(few.folds)),
        interval=first(trained.interval, len(few.interval)),
        bootstrap=first(trained.bootstrap, BOOTSTRAP),
    )


def table(pairs: dict[tuple[int, float], list[tuple[SimulatedStudy, SimulatedStudy]]]) -> None:
    print(
        f"| patients | true AUROC | cohorts | {' | '.join(LEVELS)} | model found | agree | AUROC | "
        "width |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    everybody = [pair for found in pairs.values() for pair in found]
    for cell, found in [*sorted(pairs.items()), (("all", ""), everybody)]:
        cells = [
            compared(np.array([[level(study) == name for study in pair] for pair in found]))
            for name in LEVELS
        ]
        cells += [compared(np.array([[study.found for study in pair] for pair in found]))]
        cells += [f"{np.mean([level(a) == level(b) for a, b in found]):.2f}"]
        forecast, training = zip(*found, strict=True)
        cells += [both(*(np.nanmean([s.estimate for s in each]) for each in (forecast, training)))]
        widths = (np.nanmean([s.high - s.low for s in each]) for each in (forecast, training))
        cells += [both(*widths)]
        print(f"| {' | '.join(map(str, (*cell, len(found), *cells)))} |", flush=True)


def compared(said: np.ndarray) -> str:
    """Shares of cohorts (n, 2) of which it is said, and the standard error of their difference."""
    difference = said[:, 1].astype(float) - said[:, 0]
    return f"{both(*said.mean(axis=0))} ({difference.std() / np.sqrt(len(said)):.3f})"


def fewer_samples(results: Path) -> None:
    """Share of cohorts with a model shown to predict, by deals and resamples.

    Of single learners, and of the first two, four and eight with the choice counted in.
    """
    print(f"| true AUROC | learners | cohorts | {' | '.join(f'{d} x {r}' for d, r in SAMPLES)} |")
    print(f"|---|---|---|{'---|' * len(SAMPLES)}")
    studies = [[k] for k in range(8)] + [list(range(k)) for k in (2, 4, 8)]
    for strength in (0.5, 0.7):
        cohorts = [dict(np.load(file)) for file in sorted(results.glob(f"{strength}.*.npz"))]
        for study in studies:
            cells = [
                f"{np.mean([shown(each, study, *samples) for each in cohorts]):.3f}"
                for samples in SAMPLES
            ]
            named = f"{study[0] + 1}" if len(study) == 1 else f"the first {len(study)}"
            print(f"| {strength} | {named} | {len(cohorts)} | {' | '.join(cells)} |", flush=True)


def shown(found: dict[str, np.ndarray], study: list[int], deals: int, resamples: int) -> bool:
    """As the verdict has it, from the first deals of the folds and the first resampled cohorts."""
    prevalence = performed(found, -1, deals, resamples)
    candidates = {str(k): performed(found, k, deals, resamples) for k in study}
    everybody = {"prevalence": prevalence, **candidates}
    loss = prevalence.estimates["log_loss"].estimate
    subject = subject_of(candidates, choose(everybody).name, loss).name
    if subject is None or not predicts(candidates[subject], loss):
        return False
    again = repeat_choice(everybody, frozenset(candidates), prevalence)
    return len(study) == 1 or again.low > 0.5


def performed(
    found: dict[str, np.ndarray], learner: int, deals: int, resamples: int
) -> Performance:
    nan = float("nan")
    names = ("auroc", "log_loss")
    folds = {name: found[f"{name}/folds"][learner, : 5 * deals] for name in names}
    again = {name: found[f"{name}/resampled"][learner, :resamples] for name in names}
    known = ~np.isnan(folds["auroc"]).all()
    estimate = float(np.nanmean(folds["auroc"])) if known else nan
    interval = shifted_percentiles(estimate, of_cohorts(again["auroc"], deals))
    loss = float(np.nanmean(folds["log_loss"]))
    estimates = {
        "auroc": Estimate(estimate, float(interval.low), float(interval.high), nan, nan, nan),
        "log_loss": Estimate(loss, nan, nan, nan, nan, nan),
    }
    return Performance(estimates, folds, again, deals)


def both(forecast: float, training: float) -> str:
    return f"{forecast:.2f} / {training:.2f}"


def level(study: SimulatedStudy) -> str:
    if study.level is None:
        return "refused"
    if study.level.startswith("something"):
        return "something there"
    return "worth or more" if study.level.startswith(("worth", "ready")) else study.level


if __name__ == "__main__":
    main()
