-- Baseline covariates of the CRPS S-ketamine cohort: eleven, in twelve parameters, chosen from the
-- literature before any outcome was looked at. Sees only columns known at T0.
--
-- The founding study (Mangnus 2021, doi 10.1111/papr.13056) names no predictor, and no study has
-- confirmed one for ketamine. What follows are reasons to try a covariate, not established effects,
-- and several come from other treatments:
--
--   nrs_t0                   Part of the outcome itself (the fall is counted from it), so it predicts
--                            by regression to the mean alone. Hence the learner "pain only" beside it.
--   log_disease_duration     Long-standing, generalised disease did not respond in a pilot of four
--                            (Kiefer 2008). Skewed, hence the logarithm.
--   smp_status               Pain that a sympathetic block relieves responded more often (Cohen 2023,
--                            doi 10.1093/pm/pnac153; n = 71, odds ratio 1.8 to 23). Not tested is
--                            a level: who was offered a block is not a matter of chance.
--   bmi_kg_m2                Obesity went with response in the same 71 patients (odds ratio 1.5 to
--                            53); cut-offs differ between countries, hence kept continuous.
--   allodynia_present        Brush-evoked allodynia went with failure of spinal cord stimulation
--                            (Van Eijs 2010, n = 36). Another treatment.
--   cold_limb                The cold phenotype went with more sensory loss and a history of chronic
--                            pain (Eberle 2009, PMID 19204260). Not studied for ketamine.
--   hads_total               Anxiety and depression went with the severe course after ketamine
--                            (Corriger 2022, doi 10.1097/j.pain.0000000000002403); Cohen 2023 found no
--                            psychiatric factor. The two scales go together: one parameter, not two.
--   intermittent_pain        An intermittent pattern was favourable, and
--   log_prior_interventions  earlier interventions unfavourable, in 269 patients with chronic
--                            neuropathic or mixed pain (Saudi J Anaesth 2023, PMID 37601528). A count
--                            with a long tail, hence the logarithm.
--   age_years, sex           Asked of every model; no effect on response to ketamine is published.
--
-- A level "unknown" (and sex "other", too rare to estimate) becomes missing and is imputed inside
-- the resampling like any other gap.
SELECT
    patient_id,
    nrs_t0,
    ln(1 + disease_duration_years)              AS log_disease_duration,
    smp_status,
    bmi_kg_m2,
    allodynia_present,
    CASE WHEN temperature_phenotype <> 'unknown'
         THEN temperature_phenotype = 'cold' END AS cold_limb,
    hads_anxiety + hads_depression              AS hads_total,
    CASE WHEN pain_pattern <> 'unknown'
         THEN pain_pattern = 'intermittent' END AS intermittent_pain,
    ln(1 + n_prior_interventions)               AS log_prior_interventions,
    age_years,
    CASE sex WHEN 'female' THEN 'female'
             WHEN 'male' THEN 'male' END::ENUM('female', 'male') AS sex
FROM cohort
