"""Whether `predictor plan` forecasts the verdict that a training would give.

    python benchmarks/forecast.py CONFIG --minutes 20
    python benchmarks/forecast.py CONFIG --samples work/best_of_several

The same simulated cohorts are judged twice: with the few samples of a forecast, and with those of a
training. Prints for every size and strength, after every round, the share of cohorts by verdict,
both ways, and the standard error of their difference. With --shuffled the second way shuffles
outcomes too, which takes twice as long. With --samples, how often something is found in the cohorts
of best_of_several.py when some of their samples are left out.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from dataclasses import replace
from pathlib import Path

import numpy as np

from predictor.cohort import covariates, design
from predictor.cohort.simulate.dictionary_patients import from_dictionary
from predictor.cohort.simulate.imitation import Imitation
from predictor.learners import make
from predictor.statistics import shifted_percentiles
from predictor.statistics.resampled_cohorts import of_cohorts
from predictor.study import ValidationSpec, load_study
from predictor.workflows.simulated_study import NOT_FORESEEN, SimulatedStudies, SimulatedStudy

SEED = 20260402
ROUND = {48: 4, 100: 4, 200: 4}  # sizes, and how many cohorts of each in a round
STRENGTHS = (0.5, 0.65, 0.7, 0.75, 0.8)
# deals of the folds and resampled cohorts; the last is a training
SAMPLES = ((5, 20), (10, 30), (10, 40), (20, 60))
LEVELS = ("nothing found", "something there", "exploratory only", "worth or more")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("config")
    options.add_argument("--minutes", type=float, default=20, help="of one processor")
    options.add_argument("--learner", action="append", help="by default all that are quick")
    options.add_argument("--shuffled", action="store_true")
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
    forecast = SimulatedStudies(study, Imitation.of(made), 0.5)
    left_out = NOT_FORESEEN - {"shuffled_outcome"} if chosen.shuffled else NOT_FORESEEN
    training = replace(forecast, validation=ValidationSpec(), left_out=left_out)
    pairs: dict[tuple[int, float], list[tuple[SimulatedStudy, SimulatedStudy]]] = {}
    end, rounds = time.process_time() + 60 * chosen.minutes, 0
    while time.process_time() < end:
        for size, cohorts in ROUND.items():
            for strength in STRENGTHS:
                for number in range(rounds * cohorts, (rounds + 1) * cohorts):
                    seed = [SEED, size, round(100 * strength), number]
                    both = tuple(
                        way.run(size, strength, np.random.default_rng(seed))
                        for way in (forecast, training)
                    )
                    pairs.setdefault((size, strength), []).append(both)
        rounds += 1
        print(f"after {time.process_time():.0f} s")
        table(pairs)


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
    """Share of cohorts in which single learners are shown to predict, by deals and resamples."""
    print(f"| true AUROC | learner | cohorts | {' | '.join(f'{d} x {r}' for d, r in SAMPLES)} |")
    print(f"|---|---|---|{'---|' * len(SAMPLES)}")
    for strength in (0.5, 0.7):
        cohorts = [dict(np.load(file)) for file in sorted(results.glob(f"{strength}.*.npz"))]
        for learner in range(8):
            cells = [
                f"{np.mean([shown(each, learner, *samples) for each in cohorts]):.3f}"
                for samples in SAMPLES
            ]
            print(f"| {strength} | {learner + 1} | {len(cohorts)} | {' | '.join(cells)} |")


def shown(found: dict[str, np.ndarray], learner: int, deals: int, resamples: int) -> bool:
    """As `predicts`, from the first deals of the folds and the first resampled cohorts."""
    auroc, loss = (found[f"{name}/folds"][:, : 5 * deals] for name in ("auroc", "log_loss"))
    again = of_cohorts(found["auroc/resampled"][learner, :resamples], deals)
    low = float(shifted_percentiles(np.nanmean(auroc[learner]), again).low)
    return low > 0.5 and np.nanmean(loss[learner]) < np.nanmean(loss[-1])


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
