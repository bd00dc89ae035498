-- Covariates of the knee osteoarthritis table: all that is known beforehand, four parameters.
-- Duloxetine was given in the second study only, so drug and study overlap.
SELECT
    id,
    age,
    gender AS sex,
    drug,
    study
FROM cohort
