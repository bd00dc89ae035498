-- Covariates of the landmark question in CRPS: who, being a responder at the end of the infusion,
-- still is one about four weeks later? Sees columns known at T0 and T1. Few on purpose, five
-- parameters: of 48 patients about 30 are responders at T1, and about 9 of them lose the response.
-- No predictor of keeping the response is published; these are reasons to try a covariate.
--
--   nrs_t0, nrs_t1        Inside the outcome (the fall is counted from nrs_t0), and how far pain has
--                         come down by T1. Hence the learner "pain only" that has these two alone.
--   log_disease_duration  As at baseline: long-standing disease may relapse sooner. Skewed.
--   hads_total            As at baseline: anxiety and depression went with the severe course over a
--                         year of follow-up (Corriger 2022, doi 10.1097/j.pain.0000000000002403).
--   max_dose_mg_h         The rate was raised until pain fell or side effects came, so it says how
--                         hard the response was won. Known at T1, hence allowed here and not at T0.
SELECT
    patient_id,
    nrs_t0,
    nrs_t1,
    ln(1 + disease_duration_years)  AS log_disease_duration,
    hads_anxiety + hads_depression  AS hads_total,
    max_dose_mg_h
FROM cohort
