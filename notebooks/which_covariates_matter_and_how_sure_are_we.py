# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---
"""Which covariates matter, and how sure are we?"""

# %% [markdown]
# # Which covariates matter, and how sure are we?
#
# A model ranks its covariates. Another sample of patients would have given another ranking. Here
# the whole procedure runs again on bootstrap samples, and every covariate gets the range of its
# importance (the mean absolute SHAP value, in log-odds) and of its rank. First in 48 patients who
# do not exist, then in 300.

# %%
from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from predictor.cohort import simulate
from predictor.explain import importance
from predictor.learners import make
from predictor.study import BootstrapSpec, CrossValidationSpec, IntervalSpec, ValidationSpec
from predictor.validation import train
from predictor.workflows import make_plan, prepare

CONFIG = Path("../configs/crps_esketamine.yaml")
VALIDATION = ValidationSpec(  # only the bootstrap is looked at here
    cross_validation=CrossValidationSpec(folds=2, repeats=1),
    interval=IntervalSpec(refit=False),
    bootstrap=BootstrapSpec(replicates=100),
)


# %%
def importances(patients: int):
    """Importance of every covariate, the largest first, with its spread over bootstraps."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cohort.csv"
        simulate.write(simulate.simulate(patients, seed=7, auroc=0.75), file)
        here = prepare(CONFIG, file)
    quick = replace(here, study=here.study.model_copy(update={"validation": VALIDATION}))
    trained = train(make("ridge"), here.matrix.X, here.labelled.y, make_plan(quick))
    found = importance(trained.model, trained.bootstrap_models, here.matrix)
    return sorted(found, key=lambda one: -one.mean_absolute)


def show(found) -> None:
    """One line per covariate."""
    print("covariate                importance (95 % of samples)   rank in 95 % of samples")
    for one in found:
        spread = f"{one.mean_absolute:.2f} ({one.low:.2f} to {one.high:.2f})"
        print(f"{one.covariate:24s} {spread:30s} {one.rank_low:4.0f} to {one.rank_high:.0f}")


# %% [markdown]
# ## In 48 patients

# %%
few = importances(48)
show(few)

# %% [markdown]
# Ranks from near the top to near the bottom: with so few patients the order says little. A
# covariate that is "the strongest predictor" here may be the weakest in the next 48.
#
# ## In 300 patients

# %%
many = importances(300)
show(many)

# %% [markdown]
# The ranges narrow. What stays at the top is what these patients were drawn from.
#
# Importance is about the model. It does not say that changing the covariate would change the
# outcome, nor that a covariate left out does not matter.

# %%
width = [sum(one.rank_high - one.rank_low for one in found) / len(found) for found in (few, many)]
print(f"a covariate moves over {width[0]:.1f} ranks in 48 patients, {width[1]:.1f} in 300")
assert width[1] < width[0]
