# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---
"""How honest is the apparent performance?"""

# %% [markdown]
# # How honest is the apparent performance?
#
# A model is shown at its best on the patients it was made from. Here the truth is known: synthetic
# CRPS patients with a true probability whose AUROC is 0.70, in cohorts of 48, 100 and 300. Each
# model is also tried on 2,000 patients it has never seen. The fewer the patients, the further the
# apparent value lies above what fresh patients show; the cross-validated one stays with them.

# %%
from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from predictor.cohort import simulate
from predictor.learners import make
from predictor.statistics import auroc
from predictor.validation import (
    Plan,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    metrics,
    performance,
    train,
)
from predictor.workflows import prepare

CONFIG = Path("../configs/crps_esketamine.yaml")
SIZES, COHORTS, LARGEST = (48, 100, 300), 6, 300

# %%
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "cohort.csv"
    simulate.write(simulate.simulate(4000, seed=99, auroc=0.70), file)
    everybody = prepare(CONFIG, file)  # exactly as `predictor train` would
X, y = everybody.matrix.X, everybody.labelled.y
fresh = slice(COHORTS * LARGEST, None)  # patients who are in no cohort

# %%
rng = np.random.default_rng(1)
print("patients  apparent  cross-validated  fresh patients")
gaps = {}
for patients in SIZES:
    rows = []
    for cohort in range(COHORTS):
        here = slice(cohort * LARGEST, cohort * LARGEST + patients)
        plan = Plan(
            folds=cross_validation(y[here], folds=5, repeats=5, rng=rng),
            # not looked at here
            interval=bootstrap_of_cross_validation(
                y[here], resamples=5, folds=5, repeats=1, rng=rng
            ),
            bootstrap=bootstrap(patients, 5, rng),
        )
        trained = train(make("ridge"), X[here], y[here], plan)
        found = performance(trained, plan, metrics("binary")).estimates["auroc"]
        true = auroc(y[fresh], trained.model.probability(X[fresh])[0])
        rows.append((found.apparent, found.estimate, true))
    apparent, honest, true = np.mean(rows, axis=0)
    gaps[patients] = apparent - true
    print(f"{patients:8d}  {apparent:8.2f}  {honest:15.2f}  {true:14.2f}")

# %% [markdown]
# The gap between the apparent value and the truth closes as cohorts grow; it is widest where people
# are most tempted to believe it.

# %%
assert gaps[48] > gaps[300]
