"""Published counts of real tables, found again. The tables are not part of the project.

python benchmarks/real_tables.py FOLDER   # with ashar_backpain.csv, strep_tb.csv, cdystonia.csv
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np

from predictor.cohort import Cohort, LabelledCohort, covariates, design, label
from predictor.description.response import by_group, responses, share
from predictor.study import load_study

ROOT = Path(__file__).parents[1]
TABLES = Path(sys.argv[1])


def labelled(config: str, table: str) -> LabelledCohort:
    study = load_study(ROOT / "configs" / config)
    return label(Cohort.read(TABLES / table, study))


def counts(found: LabelledCohort, column: str, definition: str) -> list[tuple[int, int]]:
    """Events and labelled patients in each group."""
    table = by_group(found, found.eligible.study.column(column))
    (row,) = (row for row in table.rows if row.definition == definition)
    return [(facts.events, facts.labelled) for facts in row.groups.values()]


def pain_free_patients_of_the_back_pain_trial() -> list[tuple[int, int]]:
    found = labelled("ashar_backpain.yaml", "ashar_backpain.csv")
    return counts(found, "group", "pain-free, no answer is no")


def streptomycin(definition: str) -> list[tuple[int, int]]:
    return counts(labelled("strep_tb.yaml", "strep_tb.csv"), "arm", definition)


def response_to_botulinum_toxin() -> list[tuple[int, int]]:
    found = responses(labelled("cdystonia_week16.yaml", "cdystonia.csv"))
    return [(row.events, row.labelled) for row in map(share, found.values())]


def patients(config: str, table: str) -> list[tuple[int, int, str]]:
    """Events and labelled patients, and a digest of who they are, labels and covariates."""
    found = labelled(config, table)
    matrix = np.nan_to_num(design(covariates(found.labelled)).X, nan=-1)
    said = repr((found.labelled.keys.to_pylist(), found.y.tolist(), matrix.tolist()))
    return [(int(found.y.sum()), len(found.y), hashlib.sha256(said.encode()).hexdigest()[:8])]


EXPECTED = [
    ("Ashar 2022, pain-free of each group", [(33, 50), (10, 51), (5, 50)],
     pain_free_patients_of_the_back_pain_trial()),
    ("Ashar 2022, labels and covariates of the long table",
     patients("ashar_backpain.yaml", "ashar_backpain.csv"),
     patients("ashar_backpain_long.yaml", "ashar_backpain_long.csv")),
    ("MRC 1948, considerable improvement", [(4, 52), (28, 55)],
     streptomycin("considerable improvement")),
    ("MRC 1948, deaths", [(14, 52), (4, 55)], streptomycin("death")),
    ("cervical dystonia, response at weeks 4 and 16", [(50, 106), (12, 105)],
     response_to_botulinum_toxin()),
]  # fmt: skip
for what, published, found in EXPECTED:
    print("equal" if found == published else "DIFFERENT", what, found, sep="  ")
sys.exit(any(found != published for _, published, found in EXPECTED))
