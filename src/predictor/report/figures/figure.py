"""A figure that can be looked at, printed, heard and read as a table."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from predictor.report.figures import style
from predictor.report.figures.svg import compact

_RESOLUTION = 300


@dataclass(frozen=True)
class Table:
    """The numbers of a figure, written as they are to be shown.

    Attributes
    ----------
    headings
        Of the columns, (k,).
    rows
        Texts, each (k,); the first of a row says what the row is about.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, repr=False)
class Figure:
    """One figure of a report. Drawn when it is asked for, the same bytes every time.

    Attributes
    ----------
    title
        What it shows, in a few words; also written in the figure.
    alt
        One or two sentences with the numbers, for those who do not see it.
    table
        The numbers.
    drawing
        Makes the figure of matplotlib. No pyplot: nothing outside is changed.

    Notes
    -----
    Text is drawn as outlines, so it looks the same wherever it is opened.
    """

    title: str
    alt: str
    table: Table
    drawing: Callable[[], Any]

    def __repr__(self) -> str:
        return f"Figure({self.title!r})"

    @cached_property
    def svg(self) -> str:
        """A vector graphic, to be embedded in HTML or saved as a file."""
        stream = io.StringIO()
        with _settings(self.title):
            nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
            self._drawn.savefig(stream, format="svg", metadata=nothing)
        return compact(stream.getvalue(), f"{self.title}\n{self.alt}", self.alt)

    def drawn_as(self, svg: str) -> Figure:
        """The same figure, whose vector graphic was drawn elsewhere."""
        same = replace(self)
        vars(same)["svg"] = svg
        return same

    def png(self, dpi: int = _RESOLUTION) -> bytes:
        """A picture of `dpi` dots per inch."""
        stream = io.BytesIO()
        with _settings(self.title):
            # level 2: half the time of the default, a tenth more bytes
            self._drawn.savefig(
                stream,
                format="png",
                dpi=dpi,
                metadata={"Software": None},
                pil_kwargs={"compress_level": 2},
            )
        return stream.getvalue()

    def _repr_svg_(self) -> str:
        return self.svg

    @cached_property
    def _drawn(self) -> Any:
        with _settings(self.title):
            return self.drawing()


def import_matplotlib() -> None:
    """Import what drawing needs, so that the first figure does not wait for it."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401

    style.settings()


@contextmanager
def _settings(salt: str) -> Iterator[None]:
    import matplotlib as mpl

    # the salt makes the names inside an SVG a function of the figure
    settings: Any = {**style.settings(), "svg.hashsalt": salt}
    with mpl.rc_context(settings), warnings.catch_warnings():
        # a letter that the font lacks is drawn as a box; the table and the alt text have it
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing", category=UserWarning)
        yield
