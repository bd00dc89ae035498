-- Baseline covariates. One row per patient, the identifier first; every other column is a covariate.
-- Only columns known at `predict_at` exist here: asking for a later one is an error.
SELECT
    patient_id,
    nrs_t0,                                                    -- part of the outcome: compare with "pain only"
    ln(1 + disease_duration_years) AS log_disease_duration,    -- skewed: the first years count most
    age_years,
    sex = 'male'                   AS male,
    allodynia_present,
    hads_depression
FROM cohort
