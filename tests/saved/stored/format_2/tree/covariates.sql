WITH known AS (
    SELECT *, date_diff('day', onset, visit_t0) / 30.4 AS months FROM cohort
)
SELECT patient_id, pain_t0, age_years, sex, allodynia, ln(1 + months) - 1 AS log_months FROM known
