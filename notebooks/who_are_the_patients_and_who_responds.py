# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---
"""Who are the patients, and who responds?"""

# %% [markdown]
# # Who are the patients, and who responds?
#
# Before anybody predicts, look at the patients. These 48 do not exist: they are drawn so that the
# published figures of the founding study come out. Your own table takes their place by its path
# and its study file; counts below 5 stay hidden unless you ask for them.

# %%
from __future__ import annotations

import tempfile
from pathlib import Path

from predictor import figures
from predictor.cohort import simulate
from predictor.workflows import describe

CONFIG = Path("../configs/crps_esketamine.yaml")

# %%
folder = Path(tempfile.mkdtemp())
simulate.write(simulate.published(), folder / "crps.csv")
found = describe(CONFIG, folder / "crps.csv", folder / "description")

# %% [markdown]
# ## Who was treated, and how did pain go?

# %%
flow = found.data
print(f"{flow.rows} rows, {flow.eligible} eligible, {flow.labelled} with a known outcome")
for point in found.trajectories.points:
    print(f"{point.time}: median {point.median:g}, {point.q1:g} to {point.q3:g}")
figures.trajectories(found.trajectories)

# %% [markdown]
# ## Who responds, and who keeps it?
#
# Responders with Wilson intervals. From T1 to T2 some lose the response and few gain one.

# %%
for row in found.responders:
    share = f"{row.share:.0%} ({row.low:.0%} to {row.high:.0%})"
    print(f"{row.time}: {row.events} of {row.labelled}, {share}")
figures.transitions(found.transitions[-1])

# %% [markdown]
# McNemar's test has four forms, and they differ in small cohorts. Which one was meant has to be
# said before looking. Where fewer than 5 patients lost or gained the response, the four together
# would tell how many, and none is shown.

# %%
tests = found.mcnemar[-1].p
for name, p in tests:
    print(f"{name:12s}", "not shown" if p is None else f"p = {p:.3f}")

# %% [markdown]
# ## Does it depend on the definition?
#
# The same patients under other definitions of response. Half of the answer to "who responds" is
# what one calls a response.

# %%
for row in found.definitions:
    print(f"{row.definition:20s} {row.events} of {row.labelled}")

# %% [markdown]
# ## What is missing?

# %%
for column in found.missing.columns:
    if column.missing:
        print(f"{column.name:26s} {column.missing} of {column.of}")
print(*found.sentences, sep="\n")

# %%
assert found.responders[-1].events == 23
