"""Texts and numbers by which people say that there is no value: a closed list, no patient's own."""

from __future__ import annotations

WORDS = (
    r"^([^\w\d]+|[nN]/?[aA]|(?i:n\.a\.?|nan|null|none|nil|missing|unknown|nd|n\.d\.|unk|not done"
    r"|not applicable|onbekend|unbekannt|fehlt|inconnu))$"
)
"""What stands for "no value" where a number, a date or a flag is expected."""

CODES = frozenset(
    sign * code
    for sign, listed in ((-1, (7, 8, 9, 66)), (1, (8888, 9998, 99999)))
    for code in (*listed, 77, 88, 99, 777, 888, 999, 9999)
)
"""Numbers that are typed where there is no value."""
