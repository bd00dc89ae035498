from __future__ import annotations

import pytest

from predictor.drafting import names


@pytest.mark.parametrize(
    ("name", "scale", "number", "stem"),
    [
        ("nrs_t2", "number", 2, "nrs"),
        ("T1_pain", "number", 1, "pain"),
        ("pain_week_4", "days", 28, "pain"),
        ("twstrs_w16", "days", 112, "twstrs"),
        ("vas_3mo", "days", 91.2, "vas"),
        ("NRS week 12", "days", 84, "nrs"),
        ("pacu30min_cough", "days", 30 / 1440, "cough"),
        ("pod1am_throatPain", "days", 1, "throat_pain"),
        ("baseline_esr", "before", 0, "esr"),
        ("preOp_pain", "before", 0, "pain"),
        ("pain_post", "after", 0, "pain"),
        ("fu2_pain", "follow_up", 2, "pain"),
        ("pain_followup", "follow_up", 0, "pain"),
        ("visit_2_nrs", "visit", 2, "nrs"),
        ("t2_days_after_infusion", "number", 2, "days_after_infusion"),
        ("EVA 3 mois", "days", 91.2, "eva"),
        ("EVA J0", "days", 0, "eva"),
        ("eva_semana_4", "days", 28, "eva"),
        ("douleur_après", "after", 0, "douleur"),
        ("dolore dopo", "after", 0, "dolore"),
        ("Schmerz vorher", "before", 0, "schmerz"),
        ("pijn maand 3", "days", 91.2, "pijn"),
    ],
)
def test_times_in_names(name: str, scale: str, number: float, stem: str) -> None:
    hint = names.time_hint(name)

    assert hint is not None
    assert (hint.scale, hint.stem) == (scale, stem)
    assert hint.number == pytest.approx(number)


@pytest.mark.parametrize(
    "name",
    [
        "age", "bmi_kg_m2", "age_years", "tsk11", "walk_6min_walk", "post_code", "hads_d", "phq9",
        "pre_existing_pain", "disease_duration_years", "sopa_emo", "panas_na", "weekend",
        "Dauer (Monate)", "edad_años", "Âge (ans)", "messung", "duracion_meses",
    ],
)  # fmt: skip
def test_names_without_a_time(name: str) -> None:
    assert names.time_hint(name) is None


@pytest.mark.parametrize(
    ("name", "late"),
    [
        ("max_dose_mg_h", "during"),
        ("stopped_early_side_effects", "during"),
        ("improved", "later"),
        ("pgic", "later"),
        ("resp30", "later"),
        ("age", None),
        ("inciting_event", None),
        ("respiratory_rate", None),
        ("Dosis", "during"),
        ("bijwerkingen", "during"),
        ("Erfolg", "later"),
        ("succès", "later"),
        ("mejoría", "later"),
        ("verbeterd", "later"),
        ("Dauer", None),
    ],
)
def test_what_sounds_as_if_it_were_known_late(name: str, late: str | None) -> None:
    assert names.known_late(name) == late


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("age_years", "years"),
        ("bmi_kg_m2", "kg/m2"),
        ("max_dose_mg_h", "mg/h"),
        ("nrs_t0", "NRS"),
        ("weight kg", "kg"),
        ("CRP [mg/l]", "mg/l"),
        ("Pain at rest (pre)", None),
        ("Pain (0-10)", None),
        ("sex", None),
    ],
)
def test_units_in_names(name: str, unit: str | None) -> None:
    assert names.unit(name) == unit


@pytest.mark.parametrize(
    "name",
    [
        "surname",
        "Date of birth",
        "name",
        "patient_name",
        "e_mail",
        "ZIP",
        "Prénom",
        "nom",
        "Date de naissance",
        "apellidos",
        "nombre",
        "cognome",
    ],
)
def test_names_of_columns_that_name_a_person(name: str) -> None:
    assert names.sounds_like_a_person(name)


@pytest.mark.parametrize("name", ["drug_name", "age", "hospital", "side", "nombre_de_crises"])
def test_names_of_columns_that_do_not(name: str) -> None:
    assert not names.sounds_like_a_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "id",
        "patient_id",
        "PatientID",
        "record_id",
        "subject",
        "pid",
        "case no",
        "Patienten-Nr",
        "N° patient",
        "Fallnummer",
        "patiëntnummer",
        "código_paciente",
    ],
)
def test_names_of_identifiers(name: str) -> None:
    assert names.sounds_like_an_identifier(name)


@pytest.mark.parametrize("name", ["covid", "paid", "country_code", "identity", "number_of_drugs"])
def test_names_of_other_columns(name: str) -> None:
    assert not names.sounds_like_an_identifier(name)
