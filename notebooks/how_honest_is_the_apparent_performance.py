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
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import metrics, performance, train
from predictor.workflows import make_plan, prepare

CONFIG = Path("../configs/crps_esketamine.yaml")
COHORTS = 4


def prepared(patients: int, seed: int):
    """Draw patients, and prepare them exactly as `predictor train` would."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cohort.csv"
        simulate.write(simulate.simulate(patients, seed=seed, auroc=0.70), file)
        return prepare(CONFIG, file)


# %%
fresh = prepared(2000, seed=99)
validation = ValidationSpec(  # the intervals and the bootstrap are not looked at here
    cross_validation=CrossValidationSpec(repeats=5),
    interval=IntervalSpec(resamples=20, repeats=1),
    bootstrap=BootstrapSpec(replicates=20),
)
print("patients  apparent  cross-validated  fresh patients")
gaps = {}
for patients in (48, 100, 300):
    rows = []
    for cohort in range(COHORTS):
        here = prepared(patients, seed=cohort)
        study = here.study.model_copy(update={"validation": validation})
        plan = make_plan(here, study)
        trained = train(make("ridge"), here.matrix.X, here.labelled.y, plan)
        found = performance(trained, plan, metrics(())).estimates["auroc"]
        true = auroc(fresh.labelled.y, trained.model.probability(fresh.matrix.X)[0])
        rows.append((found.apparent, found.estimate, true))
    apparent, honest, true = np.mean(rows, axis=0)
    gaps[patients] = apparent - true
    print(f"{patients:8d}  {apparent:8.2f}  {honest:15.2f}  {true:14.2f}")

# %% [markdown]
# The gap between the apparent value and the truth closes as cohorts grow; it is widest where people
# are most tempted to believe it.

# %%
assert gaps[48] > gaps[300]
