from __future__ import annotations

import numpy as np
import pytest

from predictor.validation.audits.later_name import AUDIT

VALUES = np.random.default_rng(1).normal(size=60)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("nrs_t0", "passed"),
        ("nrs_t1", "issue"),
        ("painT2", "issue"),
        ("T2_pain", "issue"),
        ("t2", "issue"),
        ("start2", "passed"),
        ("max_dose_mg_h", "tip"),
        ("infusion_days", "tip"),
        ("stopped_early", "tip"),
        ("follow_up", "tip"),
        ("gpe", "tip"),
        ("prior_response", "passed"),
        ("dose_t0", "passed"),
        ("posture", "passed"),
        ("postcode_income", "passed"),
        ("log_prior_interventions", "passed"),
    ],
)
def test_a_name_is_read_word_by_word(make_evidence, name, verdict):
    ruling = AUDIT.rule(make_evidence(covariates_={name: VALUES}))
    assert ruling.verdict == verdict
    assert (name in ruling.message) == (verdict != "passed")


def test_at_a_later_prediction_the_treatment_is_no_longer_later(make_evidence):
    names = {"max_dose_mg_h": VALUES, "nrs_t1": VALUES}
    assert AUDIT.rule(make_evidence(covariates_=names, known_at="T1")).verdict == "passed"
    names["nrs_t2"] = VALUES
    assert AUDIT.rule(make_evidence(covariates_=names, known_at="T1")).verdict == "issue"
