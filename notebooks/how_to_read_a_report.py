# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---
"""How do I read a report?"""

# %% [markdown]
# # How do I read a report?
#
# `predictor train` writes a page, `report.html`, and the plain data behind it, `report.json`. This
# is the report of the tutorial: 60 patients who do not exist. Put the path of your own in its
# place. The order below is the order in which to read.

# %%
from __future__ import annotations

from pathlib import Path

from predictor import figures

report = figures.load(Path("example_report.json"))

# %% [markdown]
# ## 1. What is the verdict?
#
# The level comes from the audits by a fixed rule. There is none above "ready for external
# validation".

# %%
print(report.verdict_level)
print(*report.verdict, sep="\n")

# %% [markdown]
# ## 2. What was predicted, when, and for whom?
#
# If this is not your question, nothing below answers it.

# %%
print(f"outcome: {report.rule}, known at {report.timepoints[report.outcome_known_at]}")
print(f"predicted at: {report.timepoints[report.predict_at]}")
data = report.data
print(f"{data.rows} rows, {data.labelled} labelled, {data.events} with the event")

# %% [markdown]
# ## 3. How well does it predict, and better than what?
#
# Read the interval, not the estimate. Then look at the learners that anybody could use: if their
# intervals overlap, look at the paired difference below. The apparent value is there to be
# distrusted.

# %%
for name, learner in report.learners.items():
    auroc = learner.metrics["auroc"]
    interval = f"{auroc.low:.2f} to {auroc.high:.2f}"
    print(f"{name:12s} {auroc.estimate:.2f} ({interval}), apparent {auroc.apparent:.2f}")
figures.comparison(report)

# %%
for pair in report.comparisons:
    if pair.measure == "log_loss":
        said = "within noise" if pair.within_noise else "a difference"
        print(f"{pair.first} minus {pair.second}: {pair.difference:.3f}, {said}")

# %% [markdown]
# ## 4. Do the probabilities mean what they say?
#
# Groups of at least eight patients: the observed share should lie near the predicted one. With so
# few patients the intervals are wide, and there is no smooth curve.

# %%
champion = report.champion
for group in report.learners[champion].calibration.groups:
    observed = f"{group.observed:.2f} ({group.low:.2f} to {group.high:.2f})"
    print(f"predicted {group.predicted:.2f}, observed {observed}, {group.patients} patients")
figures.calibration(report, champion)

# %% [markdown]
# ## 5. Would acting on it help?
#
# Only where its net benefit lies above that of treating all and of treating nobody (0), and only
# at thresholds somebody would act on.

# %%
curve, everybody = report.learners[champion].decision_curve, report.decision_curve
for threshold in (0.3, 0.5, 0.7):
    at = curve.threshold.index(threshold)
    low, high = curve.low[at], curve.high[at]
    print(
        f"at {threshold}: {curve.net_benefit[at]:.2f} ({low:.2f} to {high:.2f}), "
        f"treating all {everybody.treat_all[at]:.2f}"
    )
figures.decision_curve(report, champion)

# %% [markdown]
# ## 6. How much of it is this sample?
#
# Another sample of the same kind of patients would have given another model.

# %%
stability = report.learners[champion].stability
print(f"a typical probability would move by {100 * stability.mape:.0f} points")
for row in stability.classification:
    print(f"{row.share_changed:.0%} would be on the other side of {row.threshold:g}")
for row in stability.importance_ranks:
    print(f"{row.covariate}: rank {row.low:.0f} to {row.high:.0f}")
figures.instability(report, champion)

# %% [markdown]
# ## 7. What is in the way?
#
# Issues weigh more than tips. Each has a section in the documentation: what it looks at, why it
# matters, what to do.

# %%
for audit in report.audits:
    if audit.verdict in ("issue", "tip"):
        print(f"{audit.verdict}  {audit.code}: {audit.message}")

# %%
apparent = report.learners[champion].metrics["auroc"]
assert apparent.apparent > apparent.estimate
