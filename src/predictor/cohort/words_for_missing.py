"""Texts and numbers by which people say that there is no value: a closed list, no patient's own."""

from __future__ import annotations

import re
from collections.abc import Iterable

WORDS = (
    r"^([^\w\d]+|[nN]/?[aA]|(?i:nan|null|none|nil|missing|unknown|nd|n\.d\.|unk"
    # not given, not known, not applicable in Dutch, German, French, Spanish and Italian
    r"|n/d|s/d|k\.? ?a\.?|n\.?b\.?|n\.?v\.?t\.?|onbekend|ontbreekt|unbekannt|fehlt|fehlend"
    r"|inconnue?|manquante?|desconocid[oa]|sconosciut[oa]))$"
)
"""What stands for "no value" where a number, a date or a flag is expected."""

SIGNS = r"^([^\w\d]+|[nN]/?[aA]|(?i:nan|null|n\.a\.?|k\. ?a\.|n/d|s/d|n\.v\.t\.))$"
"""The same where a word is expected; there, unknown and none are answers."""

NO_ANSWER = re.compile(
    r"missing|unk(nown)?\b|(do ?n.?t|do not|not) known?\b|no answer|n/?a\b|refus"
    r"|prefer not to (say|answer)"
    r"|not (asked|applicable|done|answered|recorded|available|tested)"
    r"|geen antwoord|onbekend|weet niet|n\.?v\.?t|niet (gevraagd|van toepassing|bekend|ingevuld)"
    r"|keine angabe|unbekannt|weiss nicht|nicht (gefragt|zutreffend|bekannt)"
    r"|inconnu|ne sait pas|desconocido",
    re.IGNORECASE,
)
"""How the label of a code begins that means "no answer", or all that a box says; "none" is one."""

CODES = frozenset(
    sign * code
    for sign, listed in ((-1, (7, 8, 9, 66)), (1, (8888, 9998, 99999)))
    for code in (*listed, 77, 88, 99, 777, 888, 999, 9999)
)
"""Numbers that are typed where there is no value."""


def bare(text: str) -> str:
    """A whole number without the zeros behind its point, as codes and levels are compared."""
    return re.sub(r"^([+-]?\d+)\.0+$", r"\1", text)


def typed(text: str) -> str | int:
    """A code as people write it: -99 rather than '-99'."""
    return int(text) if re.fullmatch(r"-?[1-9]\d{0,8}|0", text) else text


def as_typed(texts: Iterable[str]) -> list[str | int]:
    """Several of them, each once."""
    return list(dict.fromkeys(typed(bare(text)) for text in texts))
