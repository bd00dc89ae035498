"""What the name of a column suggests: a time, a unit, a role. Guesses, to be confirmed.

In English, Dutch, German, French, Spanish and Italian, as words for yes and no are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Scale = Literal["before", "during", "number", "days", "visit", "after", "follow_up"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER_SIGNS = re.compile(r"[^\w]+|_+")
_WORD = r"(?<![^\W_]){}(?![^\W_])"
# units of time in names, in days, by the letters that stand for them
_DAYS = (
    ("", "min|mins|minutes?|minuten|minutos?|minut[oi]", 1 / 1440),
    ("h", "hrs?|hours?|uur|std|stunden?|heures?|horas?|or[ae]", 1 / 24),
    ("dj", "days?|dag|dagen|tage?|pod|jours?|d[ií]as?|giorn[oi]", 1.0),
    ("w", "wks?|weeks?|weken|wochen?|sem|semaines?|semanas?|settiman[ae]", 7.0),
    ("m", "mos?|mths?|months?|mnd|maand|maanden|monate?|mois|mes|meses|mes[ei]", 30.4),
    ("y", "yrs?|years?|jaar|jahre?|ans?|ann[ée]es?|a[ñn]os?|ann[oi]", 365.25),
)
# what looks like a time and is none: kg/m2, the six-minute walk, a postcode, what was there before
_NO_TIMES = re.compile(
    r"(kg|l)_?m_?2|6_?min(ute)?s?_?(walk|wd|wt)|post_?code|pre_?(existing|diabet\w*|menopaus\w*)"
)
_BEFORE = (
    r"baseline|bl|pre_?op|pre|before|screening|intake|initial|previous|prior|history|voor|vor|avant"
    r"|vooraf|vorher|antes|prima|basal|basale|inicial|iniziale|nulmeting|opname|aufnahme|inclusion"
)
_AFTER = (
    r"post_?op|post|after|end|eot|discharge|final|exit|last|nach|apr[eè]s"
    r"|nachher|naderhand|despu[eé]s|dopo|einde|ende|fin|ontslag|entlassung|sortie"
)
_FOLLOW_UP = r"(?:fu|fup|followup|follow_up|nachsorge|suivi|seguimiento)"

# known only when the treatment has begun, or later still, whatever the name says about time
_DURING = _words(
    "dose dosage infusion infused stopped adverse complication complications dropout"
    " withdrawn withdrawal intra intraop extubation"
    " dosis dosering dosierung infusie complicatie complicaties bijwerking bijwerkingen gestopt"
    " komplikation komplikationen nebenwirkung nebenwirkungen abgebrochen abbruch"
    " complicación complicaciones complicanze adverso adversos indésirable indésirables"
)
_LATER = _words(
    "outcome response responder responded improved improvement success successful result"
    " results died dead death mortality survival survived relapse recurrence readmission"
    " satisfaction pgic change cured recovered recovery analgesia painfree"
    " uitkomst respons succes verbetering verbeterd resultaat overleden tevredenheid genezen"
    " ergebnis erfolg verbesserung verbessert besserung gebessert verstorben zufriedenheit geheilt"
    " réponse reponse succès répondeur amélioration amelioration résultat décès deces guéri"
    " respuesta éxito exito mejoría mejoria mejora resultado muerte satisfacción curado"
    " esito risposta successo miglioramento risultato decesso soddisfazione guarito"
)
_LATER_PAIRS = ("side_effect", "length_of_stay", "days_after", "global_impression")

_CODES = _words(
    "sex gender geslacht geschlecht group arm treat treatment allocation drug type site race"
    " ethnicity education employment occupation marital handedness side region status class"
    " code category asa mallampati grade stage groep zijde opleiding gruppe seite bildung"
    " sexe groupe sexo grupo sesso gruppo"
)
_CENTRES = _words(
    "centre center site hospital clinic zentrum centrum ziekenhuis klinik"
    " krankenhaus hôpital hopital centro ospedale"
)
_ACCESS_GROUP = "redcap_data_access_group"
_CLUSTERS = _words("family household therapist surgeon physician practice practitioner")
_VISITS = _words(
    "time visit event timepoint week day month session wave redcap meetmoment bezoek dag maand"
    " zeitpunkt visite besuch woche tag monat semaine jour mois visita semana día dia mes giorno"
)
_PERSONS = _words(
    "surname lastname firstname forename initials initialen dob birthdate birthday"
    " geboortedatum geburtsdatum phone telephone mobile telefoon telefon email mail address"
    " adres adresse street straat strasse zip postcode zipcode plz ssn bsn passport prénom prenom"
    " téléphone courriel apellido apellidos teléfono telefono dirección direccion dni cognome"
)
_PERSON_NAMES = (
    r"(patient|full|first|last|family|given|sur)?_?(name|naam|voornaam|achternaam|nachname|vorname)"
    r"|(nom|nombre|nome)(_(de_famille|du_patient|del_paciente|del_paziente))?"
)
_PERSON_PAIRS = ("date_of_birth", "birth_date", "post_code", "zip_code", "social_security",
                 "date_de_naissance", "date_naissance", "fecha_de_nacimiento", "fecha_nacimiento",
                 "data_di_nascita", "data_nascita", "code_postal", "código_postal")  # fmt: skip
_IDENTIFIER = (
    r"(patient|subject|participant|record|study|case|person|pat|subj|proband|deelnemer|p"
    r"|patienten|patiënt|patiënten|paciente|paziente|probanden|fall|studie|studien|dossier)?_?"
    r"(id|ids|nr|no|num|number|code|key|identifier|pseudonym|nummer|numéro|numero)"
    r"|(n|no|num|numéro|numero|id|código|codigo|codice)_(de_|du_|del_)?"
    r"(patiente?|dossier|paciente|paziente|historia)"
    r"|(patient|subject|participant|record|case|person|proband|pseudonym|rowid|uid)"
)

_UNITS = {
    "kg_m2": "kg/m2", "kg_m_2": "kg/m2", "mg_h": "mg/h", "mg_kg": "mg/kg", "mmol_l": "mmol/l",
    "umol_l": "umol/l", "mg_l": "mg/l", "mg_dl": "mg/dl", "g_dl": "g/dl", "g_l": "g/l",
    "mme_day": "mg morphine/day", "years": "years", "year": "years", "yrs": "years", "yr": "years",
    "months": "months", "weeks": "weeks", "days": "days", "hours": "hours", "minutes": "minutes",
    "min": "minutes", "kg": "kg", "cm": "cm", "mm": "mm", "mmhg": "mmHg", "bpm": "bpm",
    "celsius": "degrees Celsius", "mg": "mg", "ug": "ug", "pct": "percent", "percent": "percent",
    "points": "points", "nrs": "NRS", "vas": "VAS",
}  # fmt: skip


@dataclass(frozen=True, order=True)
class TimeHint:
    """A time in a name.

    Attributes
    ----------
    scale
        How it is told: a number as in ``_t2``, days (``week_4`` is 28), a visit, or a word.
    number
        On that scale; 0 for a word.
    stem
        The name without it, by which repeated measurements find each other.
    written
        The part of the name that tells it, in small letters.
    """

    scale: Scale
    number: float
    stem: str
    written: str


def plain(name: str) -> str:
    """A name in small letters, its words parted by ``_``: ``preOp pain`` is ``pre_op_pain``."""
    return _OTHER_SIGNS.sub("_", _CAMEL.sub("_", name)).strip("_").casefold()


def time_hint(name: str) -> TimeHint | None:
    """The time that a name tells, if it does."""
    written = plain(name)
    searched = _NO_TIMES.sub(lambda found: "~" * len(found.group()), written)
    for scale, pattern, factor in _patterns():
        for found in re.finditer(_WORD.format(f"(?:{pattern})"), searched):
            stem = (written[: found.start()] + written[found.end() :]).replace("__", "_").strip("_")
            stem = re.sub(r"^(pre|post)_", "", stem)
            number = next((float(each) for each in found.groups() if each), 0.0) * factor
            return TimeHint(scale, number, stem, found.group())
    return None


def _patterns() -> list[tuple[Scale, str, float]]:
    """From what tells most to what tells least; a single letter must touch its number."""
    listed: list[tuple[Scale, str, float]] = [("number", r"(?:t|tp|time_?)(\d{1,2})", 1.0)]
    for letter, words, days in _DAYS:
        if letter:
            listed.append(("days", rf"[{letter}](\d{{1,3}})|(\d{{1,3}})[{letter}]", days))
        listed.append(("days", rf"(?:{words})_?(\d{{1,3}})|(\d{{1,3}})_?(?:{words})", days))
        # glued to the place it was measured in or to the part of the day: pacu30min, pod1am
        listed.append(("days", rf"[a-z]{{2,}}(\d{{1,3}})(?:{words})", days))
    listed += [
        ("days", r"pod(\d{1,3})[a-z]*", 1.0),
        ("follow_up", rf"{_FOLLOW_UP}_?(\d{{0,2}})", 1.0),
        ("visit", r"(?:visit_?|v)(\d{1,2})", 1.0),
        ("before", f"(?:{_BEFORE})", 0.0),
        ("during", r"(?:intraop|intra|during)", 0.0),
        ("after", f"(?:{_AFTER})", 0.0),
    ]
    return listed


def known_late(name: str) -> Literal["during", "later"] | None:
    """Whether a name without a time sounds like what is known only after the treatment began."""
    written = plain(name)
    words = set(written.split("_"))
    if words & _LATER or re.match(r"(painfree|resp)\d", written):
        return "later"
    if words & _DURING or any(pair in written for pair in _LATER_PAIRS):
        return "during"
    return None


def unit(name: str) -> str | None:
    """The unit at the end of a name, also in brackets, or a scale anywhere in it."""
    in_brackets = re.search(r"[(\[]([^\W\d][^()\[\]]*)[)\]]\s*$", name)
    if in_brackets and time_hint(in_brackets[1]) is None:
        return in_brackets[1].strip()
    written = plain(name)
    for end, meaning in _UNITS.items():
        if written.endswith(f"_{end}"):
            return meaning
    return next((_UNITS[word] for word in written.split("_") if word in ("nrs", "vas")), None)


def sounds_coded(name: str) -> bool:
    """Whether whole numbers under this name are probably codes of categories."""
    return not _CODES.isdisjoint(plain(name).split("_"))


def sounds_like_a_centre(name: str) -> bool:
    """Whether it probably names where a patient was treated."""
    return name == _ACCESS_GROUP or not _CENTRES.isdisjoint(plain(name).split("_"))


def sounds_like_a_cluster(name: str) -> bool:
    """Whether it probably names what patients have in common."""
    return not _CLUSTERS.isdisjoint(plain(name).split("_"))


def sounds_like_a_visit(name: str) -> bool:
    """Whether it probably tells the rows of one patient apart."""
    return name != _ACCESS_GROUP and not _VISITS.isdisjoint(plain(name).split("_"))


def sounds_like_a_person(name: str) -> bool:
    """Whether it probably holds what names a person: a name, an address, a date of birth."""
    written = plain(name)
    return (
        not _PERSONS.isdisjoint(written.split("_"))
        or re.fullmatch(_PERSON_NAMES, written) is not None
        or any(pair in written for pair in _PERSON_PAIRS)
    )


def sounds_like_a_date(name: str) -> bool:
    """Whether it probably holds days of the calendar."""
    return re.search(r"(^|_)(date|dates|fecha|data)(_|$)|datum(_|$)", plain(name)) is not None


def is_a_state_of_a_form(name: str) -> bool:
    """Whether it is what REDCap adds to each form: incomplete, unverified, complete."""
    return plain(name).endswith("_complete")


def sounds_like_an_identifier(name: str) -> bool:
    """Whether it probably tells patients apart."""
    return re.fullmatch(_IDENTIFIER, plain(name)) is not None
