"""Write `format_2/` (or a later one): small models of made-up patients, and what they say.

Run once, with the version whose format is to be kept: `python tests/saved/stored/make.py`. What is
stored must go on scoring; so a folder that is there is never written again.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow.csv import write_csv

from predictor.saved.model import FORMAT
from predictor.workflows import score_file, train

STUDY = """\
study: stored
title: Made-up patients
timepoints: {T0: before the treatment, T2: four weeks after}
predict_at: T0
missing: [NA]
columns:
  patient_id: {role: id}
  course:     {known_at: T0, type: integer, range: [1, 9]}
  pain_t0:    {known_at: T0, type: number, unit: NRS, range: [0, 10], required: true}
  age_years:  {known_at: T0, type: number, range: [18, 100]}
  sex:        {known_at: T0, type: category, levels: [female, male, other]}
  allodynia:  {known_at: T0, type: flag}
  onset:      {known_at: T0, type: date}
  visit_t0:   {known_at: T0, type: date}
  pain_t2:    {known_at: T2, type: number, unit: NRS, range: [0, 10]}
eligible:
  first course: course = 1
outcome: {name: responder_t2, known_at: T2, rule: pain_t0 - pain_t2 >= 2}
covariates: covariates.sql
learners:
  ridge: {}
  additive: {learner: ridge, splines: {age_years: 3}, parameters: {impute: regression}}
  lightgbm: {parameters: {max_trees: 6, leaves: [3]}}
  tree: {learner: "sklearn:sklearn.tree.DecisionTreeClassifier", parameters: {max_depth: 2}}
validation:
  cross_validation: {folds: 3, repeats: 1}
  interval: {resamples: 20, repeats: 1}
  bootstrap: {replicates: 20}
  thresholds: [0.5]
seed: 11
"""
PIPELINE = """\
WITH known AS (
    SELECT *, date_diff('day', onset, visit_t0) / 30.4 AS months FROM cohort
)
SELECT patient_id, pain_t0, age_years, sex, allodynia, ln(1 + months) - 1 AS log_months FROM known
"""


def patients(n: int, seed: int) -> dict[str, list[str]]:
    """Cells of made-up patients; some are missing."""
    rng = np.random.default_rng(seed)
    pain = rng.uniform(4, 10, n).round(1)
    male, allodynia = rng.random(n) < 0.5, rng.random(n) < 0.5
    better = rng.random(n) < 1 / (1 + np.exp(-(2 * male - 3 * allodynia + 0.5)))
    columns = {
        "patient_id": [f"P{number:03d}" for number in range(n)],
        "course": ["1"] * n,
        "pain_t0": [f"{value:.1f}" for value in pain],
        "age_years": [str(value) for value in rng.integers(18, 90, n)],
        "sex": ["male" if value else "female" for value in male],
        "allodynia": ["yes" if value else "no" for value in allodynia],
        "onset": [
            f"20{18 + value // 12}-{1 + value % 12:02d}-01" for value in rng.integers(0, 36, n)
        ],
        "visit_t0": ["2021-03-04"] * n,
        "pain_t2": [
            f"{max(0.0, a - (3 if b else 1)):.1f}" for a, b in zip(pain, better, strict=True)
        ],
    }
    for name in ("age_years", "allodynia"):
        for row in rng.choice(n, n // 8, replace=False):
            columns[name][row] = "NA"
    return columns


def main() -> None:
    folder = Path(__file__).parent / f"format_{FORMAT}"
    folder.mkdir()
    new = {name: cells for name, cells in patients(12, seed=2).items() if name != "pain_t2"}
    new["sex"][0], new["course"][1], new["pain_t0"][2] = "other", "2", "0.0"
    write_csv(pa.table(new), folder / "new_patients.csv")
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        Path("study.yaml").write_text(STUDY)
        Path("covariates.sql").write_text(PIPELINE)
        write_csv(pa.table(patients(80, seed=1)), "patients.csv")
        summary = train("study.yaml", "patients.csv")
        for learner, entry in summary.learners.items():
            shutil.copytree(entry.model, folder / learner)
    for learner in summary.learners:
        score_file(str(folder / learner), folder / "new_patients.csv", folder / f"{learner}.csv")


if __name__ == "__main__":
    main()
