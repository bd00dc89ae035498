# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---
"""How do I make my own study from a spreadsheet?"""

# %% [markdown]
# # How do I make my own study from a spreadsheet?
#
# One row per patient, one column per value. The program has to be told what the columns mean and
# when each becomes known; it then finds what does not fit. The spreadsheet below is made here, so
# that this page runs; put the path of your own in its place.

# %%
from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from predictor.errors import DataError, StudyError
from predictor.workflows import check

folder = Path(tempfile.mkdtemp())
table = folder / "clinic.xlsx"


def write(path: Path, *, mistake: bool) -> None:
    """Write forty patients who do not exist, with a mistake that every spreadsheet has."""
    rng = np.random.default_rng(1)
    book = Workbook()
    book.active.append(["patient", "age", "sex", "pain_before", "dose", "pain_after"])
    for number in range(1, 41):
        before = int(rng.integers(4, 10))
        after = before - int(rng.integers(0, 4))
        sex = str(rng.choice(["female", "male"]))
        age = int(rng.integers(20, 80))
        dose = int(rng.integers(4, 15))
        typed = 80 if mistake and number == 7 else before
        book.active.append([f"P{number}", age, sex, typed, dose, after])
    book.save(path)


write(table, mistake=True)

# %% [markdown]
# ## The study file and the covariates
#
# Two texts. In the first, every column with its type, its range and the time from which it is
# known. In the second, one query that makes covariates.

# %%
study = folder / "study.yaml"
study.write_text("""\
study: my-study
timepoints: {T0: before, T1: at the end of the treatment, T2: four weeks after}
predict_at: T0
columns:
  patient:     {role: id}
  age:         {known_at: T0, type: integer, range: [18, 100]}
  sex:         {known_at: T0, type: category, levels: [female, male]}
  pain_before: {known_at: T0, type: integer, unit: NRS, range: [0, 10]}
  dose:        {known_at: T1, type: number, unit: mg/h, range: [0, 14]}
  pain_after:  {known_at: T2, type: integer, unit: NRS, range: [0, 10]}
outcome: {name: responder, known_at: T2, rule: pain_before - pain_after >= 2}
covariates: covariates.sql
learners: {prevalence: {}, ridge: {}}
""")
pipeline = folder / "covariates.sql"
pipeline.write_text("SELECT patient, pain_before, age, sex, dose FROM cohort")

# %% [markdown]
# ## What does not fit?
#
# The table comes first: a pain of 80 on a scale to 10. It is refused, not divided by ten.

# %%
try:
    check(study, table)
except DataError as refused:
    faults = refused.faults
print(*(fault.replace(str(folder), "") for fault in faults), sep="\n")

# %% [markdown]
# With the cell corrected, the query is refused: the dose is known only when the treatment is over.

# %%
write(table, mistake=False)
try:
    check(study, table)
except StudyError as refused:
    leak = str(refused)
print(leak.replace(str(folder), ""))

# %%
pipeline.write_text("SELECT patient, pain_before, age, sex FROM cohort")
facts = check(study, table)

# %% [markdown]
# ## Are there enough patients?

# %%
data, size = facts.data, facts.sample_size
print(f"{data.events} of {data.labelled} patients respond")
print(f"{size.parameters} parameters would need {size.required.all_criteria} patients")
for audit in facts.audits:
    if audit.verdict in ("issue", "tip"):
        print(f"{audit.verdict}: {audit.message}")

# %% [markdown]
# Next: `predictor describe` to look at the patients, `predictor train` to train, and the notebook
# on how to read a report.

# %%
assert len(faults) == 1
assert "dose becomes known at T1" in leak
assert size.parameters == 3
