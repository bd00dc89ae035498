-- Covariates of the streptomycin trial: all that was known when the arm was drawn, six parameters.
--
--   arm                        Randomised, hence the one covariate with a causal reading on average.
--   condition, temperature,    Graded from 1, the best, upward. The grade stands first in the text;
--   esr                        taken as a number it costs one parameter and keeps the order. It also
--                              joins the spellings of one grade of temperature.
--   cavitation, gender         As they are.
--
-- Resistance to streptomycin came about during the treatment and the X-ray of month 6 is the
-- outcome itself: neither exists here.
SELECT
    patient_id,
    arm,
    gender,
    left(baseline_condition::VARCHAR, 1)::INTEGER AS condition,
    left(baseline_temp::VARCHAR, 1)::INTEGER      AS temperature,
    left(baseline_esr::VARCHAR, 1)::INTEGER       AS esr,
    baseline_cavitation = 'yes'                   AS cavitation
FROM cohort
