"""The table of a simulated cohort: the columns of the CRPS data dictionary, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from numpy.typing import NDArray

from predictor.cohort.simulate.noise import Flags, Floats

Columns = dict[str, NDArray[Any]]

NOTICE = "SYNTHETIC: simulated patients, no real person"

LEVELS: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male", "other", "unknown"),
    "crps_type": ("type_1", "type_2", "nos", "unknown"),
    "budapest_status": (
        "clinical", "research", "remission_some_features", "not_met", "unknown",
    ),
    "affected_limb": ("upper", "lower", "both"),
    "inciting_event": (
        "fracture", "surgery", "soft_tissue", "nerve_injury", "immobilisation", "other", "none",
        "unknown",
    ),
    "temperature_phenotype": ("warm", "cold", "neutral", "unknown"),
    "smp_status": ("not_tested", "smp", "sip"),
    "pain_pattern": ("constant", "intermittent", "unknown"),
}  # fmt: skip

_KINDS: list[tuple[str, pa.DataType]] = [
    ("patient_id", pa.string()),
    ("course_number", pa.int64()),
    ("age_years", pa.float64()),
    ("sex", pa.string()),
    ("bmi_kg_m2", pa.float64()),
    ("disease_duration_years", pa.float64()),
    ("crps_type", pa.string()),
    ("budapest_status", pa.string()),
    ("affected_limb", pa.string()),
    ("n_affected_limbs", pa.int64()),
    ("inciting_event", pa.string()),
    ("temperature_phenotype", pa.string()),
    ("skin_temp_diff_c", pa.float64()),
    ("css_score", pa.int64()),
    ("allodynia_present", pa.bool_()),
    ("smp_status", pa.string()),
    ("nrs_t0", pa.int64()),
    ("pain_pattern", pa.string()),
    ("paindetect_score", pa.int64()),
    ("hads_anxiety", pa.int64()),
    ("hads_depression", pa.int64()),
    ("pcs_total", pa.int64()),
    ("opioid_mme_day", pa.float64()),
    ("n_antineuropathic_drugs", pa.int64()),
    ("n_prior_interventions", pa.int64()),
    ("compensation_claim", pa.bool_()),
    ("max_dose_mg_h", pa.float64()),
    ("infusion_days", pa.float64()),
    ("stopped_early_side_effects", pa.bool_()),
    ("nrs_t1", pa.int64()),
    ("success_t1", pa.bool_()),
    ("nrs_t2", pa.int64()),
    ("success_t2", pa.bool_()),
    ("t2_days_after_infusion", pa.int64()),
]

SCHEMA = pa.schema(_KINDS, metadata={"notice": NOTICE})


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated cohort and the truth behind it.

    Attributes
    ----------
    table
        One row per patient, the columns of the CRPS data dictionary, null where missing. Every
        identifier begins with ``SYNTHETIC``, and the metadata of the table say so too.
    probability
        Shape (n,): the true probability of being a responder at T2, given the covariates before
        any went missing. None where there is no such truth (`published`).
    """

    table: pa.Table
    probability: Floats | None


def assemble(columns: Mapping[str, NDArray[Any]], missing: Mapping[str, Flags]) -> pa.Table:
    """Columns of numbers, flags and level positions as the table, null where `missing`."""
    patients = len(columns["nrs_t0"])
    arrays: list[Any] = [pa.array([f"SYNTHETIC-{row:04d}" for row in range(1, patients + 1)])]
    for field in list(SCHEMA)[1:]:
        values, mask = columns[field.name], missing.get(field.name)
        if field.name in LEVELS:
            levels = pa.array(LEVELS[field.name])
            arrays.append(levels.take(pa.array(values, type=pa.int64(), mask=mask)))
        else:
            arrays.append(pa.array(values, type=field.type, mask=mask))
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
