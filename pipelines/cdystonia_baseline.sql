-- Covariates of the cervical dystonia trial: all that is known at week 0, five parameters.
--
--   treatment    Randomised dose of botulinum toxin B, hence the one covariate with a causal reading
--                on average. Placebo is the reference.
--   twstrs_w0    Part of the outcome (a share of it): see the learner "score only".
--   age, sex     Asked of every model.
--
-- The site is half of the patient's key and no covariate: a model that knows the site cannot be used
-- at another one, and nine sites would double the parameters.
SELECT
    site,
    pid,
    CASE treat WHEN '3' THEN 'placebo'
               WHEN '2' THEN '5000 U'
               WHEN '1' THEN '10000 U'
    END::ENUM('placebo', '5000 U', '10000 U') AS treatment,
    twstrs_w0,
    age,
    CASE sex WHEN '1' THEN 'female'
             WHEN '2' THEN 'male' END::ENUM('female', 'male') AS sex
FROM cohort
