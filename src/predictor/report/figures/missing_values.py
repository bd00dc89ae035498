"""What is missing, and together with what."""

from __future__ import annotations

from typing import Any

from predictor.printable import short_meaning
from predictor.report.figures import few, style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.results import Missing, MissingColumn

_MOST_COLUMNS, _MOST_PATTERNS, _STEP = 30, 12, 0.24
_MISSING = {"color": style.ORANGE, "linestyle": "none", "marker": "s", "markersize": 7}
_THERE = {"color": style.FAINT, "linestyle": "none", "marker": "s", "markersize": 7}


def missing(data: Missing, *, individual: bool = False) -> Figure | None:
    """Share of each column that is missing, and which columns are missing in the same patients.

    Parameters
    ----------
    data
        A pattern is the set of columns that some patients lack.
    individual
        Whether counts of patients below 5 may be read in the figure.

    Returns
    -------
    Figure or None
        None when nothing is missing.
    """
    gaps = [column for column in data.columns if column.missing]
    gaps.sort(key=lambda column: -_share(column))
    shown = gaps[:_MOST_COLUMNS]
    if not shown:
        return None
    wanted = {column.name for column in shown}
    patterns = [p for p in data.patterns if wanted & set(p.columns)]
    patterns.sort(key=lambda pattern: -few.size(str(pattern.patients)))
    cut = patterns[:_MOST_PATTERNS]
    names = [
        style.labelled(short_meaning(column.meaning) or column.name, column.name)
        + f" ({column.known_at})"
        for column in shown
    ]
    said = [f"{c.missing} of {c.of}" for c in shown]
    complete = len(data.columns) - len(gaps)

    def draw() -> Any:
        places, height = row_places(names, row=0.25)
        more = f"; {len(gaps) - len(shown)} more not shown" if len(gaps) > len(shown) else ""
        subtitle = f"{style.patients(max(c.of for c in shown))}; {complete} columns complete"
        head = 0.3
        paper = sheet(
            "Missing values",
            f"{subtitle}, {len(gaps)} with gaps{more}",
            body=head + height + 0.52,
            keys=(
                Key("missing in these patients", _MISSING),
                Key("not missing", _THERE),
            )
            if cut
            else (),
        )
        room = 0.3 + _STEP * len(cut) if cut else 0.15
        left = names_margin(names)
        words = 0.12 + max(style.width_of(text, style.SMALL) for text in said)
        bars = paper.axes(left=left, right=room + words, above=head)
        bars.barh(
            places, [_share(c) for c in shown], 0.15,
            color=style.ORANGE,
        )  # fmt: skip
        for place, text in zip(places, said, strict=True):
            bars.text(
                1.0, place, f"  {text}", transform=bars.get_yaxis_transform(),
                va="center_baseline", fontsize=style.SMALL,
            )  # fmt: skip
        names_axis(bars, names, places)
        bars.set_ylim(-height, 0)
        bars.set_xlim(0, 1)
        bars.set_xticks([0, 0.5, 1], ["0", "50", "100"])
        bars.set_xlabel("missing (%)")
        if cut:
            _draw_patterns(paper, cut, shown, places, height, head, room, individual)
        return paper.figure

    rows = tuple(
        (c.name, c.known_at, f"{c.missing} of {c.of}", style.percent(_share(c))) for c in gaps
    )
    worst = "; ".join(f"{name} {text}" for name, _, text, _ in rows[:3])
    return Figure(
        title="Missing values",
        alt=f"Missing values: {len(gaps)} of {len(data.columns)} columns have gaps. "
        f"The most: {worst}.",
        table=Table(("column", "known at", "missing", "share"), rows),
        drawing=draw,
    )


def _share(column: MissingColumn) -> float:
    return float(column.missing / max(column.of, 1))


def _draw_patterns(
    paper: Any, patterns: Any, shown: Any, places: Any, height: float, head: float,
    room: float, individual: bool,
) -> None:  # fmt: skip
    axes = paper.axes(left=paper.width - room, right=0.1, above=head)
    axes.set_xlim(-0.7, len(patterns) - 0.3)
    axes.set_ylim(-height, 0)
    axes.axis("off")
    lacking = [set(pattern.columns) for pattern in patterns]
    for wanted, look in ((False, _THERE), (True, _MISSING)):
        points = [
            (x, place)
            for x, names in enumerate(lacking)
            for place, column in zip(places, shown, strict=True)
            if (column.name in names) is wanted
        ]
        axes.plot([x for x, _ in points], [y for _, y in points], **look)
    for x, pattern in enumerate(patterns):
        axes.text(
            x, 0.05, few.shown(pattern.patients, individual), ha="center", va="bottom",
            fontsize=style.SMALL,
        )  # fmt: skip
    axes.text(
        -0.8, 0.05, "patients who lack all that is marked below", ha="right", va="bottom",
        fontsize=style.SMALL, color=style.GREY,
    )  # fmt: skip
