-- Covariates of the back-pain trial: the arm, which was drawn by lot at T0, and the 29 columns asked
-- before treatment. Thirty covariates, 32 parameters, taken whole rather than chosen: with 69
-- responders this is far too many for a model without a penalty, which is what the study shows.
--
--   treatment                        Randomised, hence the one covariate here with a causal reading
--                                    on average. Usual care is the reference.
--   bpi_intensity                    Part of the outcome (a share of it): see the learner "pain only".
--   log_*                            Amounts and durations with a long tail.
--   education_highest, white,        Codes with very few patients are joined before any outcome is
--   right_handed                     looked at: a level of one patient cannot be estimated.
SELECT
    id,
    CASE "group" WHEN '1' THEN 'pain_reprocessing'
                 WHEN '2' THEN 'placebo'
                 WHEN '3' THEN 'usual_care'
    END::ENUM('usual_care', 'placebo', 'pain_reprocessing') AS treatment,

    pain_avg,
    bpi_intensity,
    bpi_interference,
    odi,
    promis_dep,
    promis_anger,
    promis_anxiety,
    promis_sleep,
    panas_pa,
    panas_na,
    pcs,
    tsk11,
    sopa_emo,

    ln(1 + alcohol)            AS log_alcohol,
    ln(1 + opioid)             AS log_opioid,
    ln(1 + cannabis)           AS log_cannabis,
    current_opioid_use = '1'   AS current_opioid_use,

    education = '3'            AS education_highest,
    ethnicity = '4'            AS white,
    hispanic,
    employment_status,
    exercise,
    handedness = '1'           AS right_handed,
    sses,
    married_or_living_as_marri AS married,
    age,
    weight,
    CASE gender WHEN '1' THEN 'male'
                WHEN '2' THEN 'female' END::ENUM('female', 'male') AS gender,
    ln(1 + backpain_length)    AS log_backpain_length
FROM cohort
