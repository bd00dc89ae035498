"""Every query of the guide to feature pipelines does what the guide says."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from predictor.cohort import Cohort, covariates
from predictor.errors import PredictorError
from predictor.study import load_study

PAGE = (Path(__file__).parents[2] / "docs" / "feature-pipelines.md").read_text("utf-8")
RECIPES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
REFUSED = re.findall(r"```sql title=\"Refused\"\n(.*?)```\s*```text\n(.*?)\n?```", PAGE, re.DOTALL)
STUDY = """\
study: guide
timepoints: {T0: before, T2: four weeks after}
predict_at: T0
outcome: {name: responder, known_at: T2, rule: nrs_t0 - nrs_t2 >= 2}
covariates: covariates.sql
"""
# a patient with everything, one with gaps, one at the edges; nobody exists
TABLE = """\
patient_id,onset_date,infusion_date,age_years,sex,height_cm,weight_kg,inciting_event,\
gabapentinoid,tricyclic,snri,other_drugs,opioid_mg_day,temp_affected,temp_other,\
hads_1,hads_2,hads_3,hads_4,hads_5,hads_6,hads_7,nrs_t0,nrs_t2,oedema
a,2018-01-01,2020-01-01,40,male,180,81,fracture,yes,no,yes,naproxen; clonidine,60,30,32,\
1,1,1,1,1,1,1,8,5,moderate
b,,2020-01-01,50,unknown,170,,sprain,yes,,no,,,30,,3,,3,3,3,3,3,7,7,
c,2020-01-01,2020-01-01,60,female,160,64,,no,no,no,,0,31,31,3,,,3,3,3,3,9,,none
"""
YEARS = 730 / 365.25
EXPECTED: list[dict[str, list[object]]] = [
    {"nrs_t0": [8, 7, 9], "age_years": [40, 50, 60], "male": [True, False, False]},
    {"sex": ["male", None, "female"]},
    {"disease_duration_years": [YEARS, None, 0]},
    {
        "log_disease_duration": [math.log(1 + YEARS), None, 0],
        "log_opioids": [math.log(61), None, 0],
    },
    {"antineuropathic_drugs": [2, None, 0]},
    {"antineuropathic_drugs": [2, 1, 0]},
    {"other_drugs": [2, None, None]},
    {"hads_depression": [7, 21, None]},
    {"temperature": ["cold", None, "neutral"]},
    {"temperature_difference": [-2, None, 0]},
    {"inciting_event": ["fracture", "other", None]},
    {"marked_oedema": [True, None, False], "oedema_steps": [2, None, 0]},
    {"bmi": [25.0, None, 25.0], "temperature_ratio": [0.9375, None, 1]},
]


def run(folder: Path, sql: str) -> dict[str, list[object]]:
    """The covariates of the three patients."""
    (dictionary,) = re.findall(r"```yaml\n(columns:\n.*?)```", PAGE, re.DOTALL)
    (folder / "study.yaml").write_text(STUDY + dictionary, "utf-8")
    (folder / "covariates.sql").write_text(sql, "utf-8")
    (folder / "patients.csv").write_text(TABLE, "utf-8")
    study = load_study(folder / "study.yaml")
    found = covariates(Cohort.read(folder / "patients.csv", study))
    return {covariate.name: covariate.values.to_pylist() for covariate in found}


@pytest.mark.parametrize(("sql", "expected"), list(zip(RECIPES, EXPECTED, strict=True)))
def test_a_recipe_gives_the_values_it_promises(
    tmp_path: Path, sql: str, expected: dict[str, list[object]]
) -> None:
    found = run(tmp_path, sql)

    assert list(found) == list(expected)
    for name, values in expected.items():
        for value, wanted in zip(found[name], values, strict=True):
            assert value == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(("sql", "message"), REFUSED)
def test_what_is_refused_says_why(tmp_path: Path, sql: str, message: str) -> None:
    with pytest.raises(PredictorError) as error:
        run(tmp_path, sql)

    assert message.strip()
    assert message in str(error.value)


def test_every_query_of_the_guide_is_tried() -> None:
    assert PAGE.count("```sql") == len(RECIPES) + len(REFUSED)
