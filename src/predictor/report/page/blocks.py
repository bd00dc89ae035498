"""What a page is made of. The template renders these and decides nothing else."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal
from urllib.parse import quote

_SVG = "image/svg+xml"
# all but printable ASCII, and of that what has a meaning in an address or in HTML
_NOT_AS_IT_IS = re.compile(r"""[^ -~]+|["#%&<>\\]+""")

_STACKED, _MOST_STACKED = 4, 12
_PLAIN = " .,:+%-/()–"

MOST_ROWS, FIRST_ROWS = 60, 20
"""Of a table or list with more rows the first ones are seen, and the others folded away."""

Level = Literal["nothing", "something", "exploratory", "worth", "ready"]


@dataclass(frozen=True)
class Text:
    """A paragraph; ``quiet`` for remarks beside the matter."""

    kind: ClassVar[str] = "text"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Missing:
    """Stands where the run left nothing to show."""

    kind: ClassVar[str] = "missing"
    what: str


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    kind: ClassVar[str] = "points"
    items: Sequence[str]


@dataclass(frozen=True)
class Facts:
    """Terms and what they are."""

    kind: ClassVar[str] = "facts"
    items: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is the row's header.

    Attributes
    ----------
    numeric
        Numbers of the columns that are aligned right.
    blank
        Text of a cell that a person must fill, and that therefore stands out.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: frozenset[int] = frozenset()
    blank: str | None = None
    wide: bool = False

    @property
    def stacked(self) -> bool:
        """Whether its cells stand below each other on a narrow screen."""
        return _STACKED <= len(self.columns) <= _MOST_STACKED

    @property
    def headings_as_style(self) -> str:
        """Headings of the columns, for the style to write beside cells that stand alone."""
        said = (f"--c{place}:{_css_text(text)}" for place, text in enumerate(self.columns, 1))
        return ";".join(list(said)[1:])


def _css_text(text: str) -> str:
    r"""A text within a style, of which nothing is taken for anything else.

    Examples
    --------
    >>> _css_text('a "b"')
    '"a \\22 b\\22 "'
    """
    plain = "".join(
        each if each.isalnum() or each in _PLAIN else f"\\{ord(each):x} " for each in text
    )
    return f'"{plain}"'


@dataclass(frozen=True)
class Code:
    """Text as it was written, in a fixed width."""

    kind: ClassVar[str] = "code"
    text: str
    label: str


@dataclass(frozen=True)
class Picture:
    """A figure inside the page, with its numbers.

    Attributes
    ----------
    topic
        What it belongs to: ``comparison``, ``calibration``, ``decision_curve``, ...
    learner
        Whose figure it is, None if it is everybody's.
    media_type, content
        Of the image.
    """

    kind: ClassVar[str] = "picture"
    topic: str
    learner: str | None
    media_type: str
    content: bytes = field(repr=False)
    title: str
    alt: str
    table: Table | None = None

    @property
    def uri(self) -> str:
        """The image inside its own address: nothing is fetched, and no ids meet."""
        if self.media_type == _SVG:  # as text, which is a quarter shorter
            text = self.content.decode()
            if "'" not in text:
                text = text.replace('"', "'")
            return f"data:{_SVG},{_NOT_AS_IT_IS.sub(lambda found: quote(found[0]), text)}"
        return f"data:{self.media_type};base64,{b64encode(self.content).decode()}"


@dataclass(frozen=True)
class Gallery:
    """Figures of one kind, under each other or, where there is room, beside each other."""

    kind: ClassVar[str] = "gallery"
    pictures: Sequence[Picture]
    side_by_side: bool = False


@dataclass(frozen=True)
class Fold:
    """What is one click away."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Group:
    """A part of a section under a heading of its own."""

    kind: ClassVar[str] = "group"
    title: str
    blocks: Sequence[Block]


Block = Text | Missing | Points | Facts | Table | Code | Picture | Gallery | Fold | Group


@dataclass(frozen=True)
class Section:
    """A section of the page; ``key`` names it in addresses."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Verdict:
    """What stands first.

    Attributes
    ----------
    level, scale
        Where on the scale from nothing to ready the finding stands.
    headline, sentences
        The finding in words.
    facts
        The few numbers that go with it.
    scale_label
        What the scale goes from and to.
    """

    level: Level
    headline: str
    scale: Sequence[tuple[Level, str]]
    sentences: Sequence[str]
    facts: Sequence[tuple[str, str, str]]
    scale_label: str = "From nothing found to ready"


@dataclass(frozen=True)
class BriefItem:
    """A term, what is said of it, and a number that stands large.

    Attributes
    ----------
    points
        Whether the texts are a list.
    wide
        Whether it has a line of its own.
    """

    term: str
    texts: Sequence[str]
    big: str | None = None
    points: bool = False
    wide: bool = False


@dataclass(frozen=True)
class Brief:
    """What stands first where a page has a verdict and more than that: a screen, a printed page.

    Attributes
    ----------
    lead
        The verdict in a sentence.
    items
        In the order of reading.
    links
        Keys of sections to go on with, and what they are called.
    """

    lead: str
    items: Sequence[BriefItem]
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """Everything on the page, in its order.

    Attributes
    ----------
    verdict
        What stands first; None on a page that gives none.
    kind
        What sort of page it is, in a few words.
    brief
        What is said in place of the verdict's sentences and numbers, which then are a section.
    """

    title: str
    study: str
    written: str
    notice: str
    verdict: Verdict | None
    sections: Sequence[Section]
    kind: str = "Prediction report"
    brief: Brief | None = None
