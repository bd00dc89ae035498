"""How often studies of some size would find something, for every assumed strength."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, sheet
from predictor.results import ForecastCell, StudyPlan
from predictor.results.words import percent

_COLOURS = (style.GREY, style.SKY, style.GREEN, style.ORANGE, style.PURPLE, style.BLUE, style.INK)
_WANTED = 0.8


def chance_by_patients(found: StudyPlan) -> Figure:
    """Share of simulated studies that find something, and that are worth a validation.

    Parameters
    ----------
    found
        As `predictor.plan_study` gives it.
    """
    strengths = list(dict.fromkeys(cell.auroc for cell in found.cells))
    colours = dict(zip(strengths, _COLOURS * len(strengths), strict=False))
    title = "How often studies of some size find something"
    about = f"{found.study}, {', '.join(found.learners)}; simulated, by AUROC of the truth"

    def draw() -> Any:
        keys = [
            Key(f"{strength:.2f}", {"color": colours[strength], "linewidth": 2, "marker": "o"})
            for strength in strengths
        ]
        worth = Key(
            "worth an external validation",
            {"color": style.INK, "linewidth": 1.2, "linestyle": "--"},
        )
        paper = sheet(title, about, body=3.6, keys=(*keys, worth))
        axes = paper.axes(left=0.65)
        axes.axhline(_WANTED, color=style.GREY, linestyle=":", linewidth=1)
        for strength in strengths:
            _draw(axes, found.of(strength), colours[strength])
        sizes = sorted({cell.patients for cell in found.cells})
        axes.set_xscale("log")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "20", "40", "60", "80", "100"])
        axes.set_xlabel("patients with a label")
        axes.set_ylabel("% of studies")
        return paper.figure

    return Figure(title=title, alt=_alt(title, found), table=_table(found), drawing=draw)


def _draw(axes: Any, cells: tuple[ForecastCell, ...], colour: str) -> None:
    sizes = [cell.patients for cell in cells]
    axes.fill_between(
        sizes,
        [cell.found.low for cell in cells],
        [cell.found.high for cell in cells],
        color=colour,
        alpha=0.15,
        linewidth=0,
    )
    axes.plot(sizes, [cell.found.estimate for cell in cells], color=colour, linewidth=2, marker="o")
    worth = [cell.worth.estimate for cell in cells]
    if any(worth):
        axes.plot(sizes, worth, color=colour, linewidth=1.2, linestyle="--")


def _alt(title: str, found: StudyPlan) -> str:
    said = [
        f"with a true AUROC of {row.auroc:.2f} four in five studies do from "
        + (f"{row.found.estimate}" if row.found.estimate else f"more than {found.largest}")
        + " patients on"
        for row in found.needed
    ]
    return f"{title}: {'; '.join(said)}." if said else f"{title}."


def _table(found: StudyPlan) -> Table:
    return Table(
        ("true AUROC, patients", "find something", "are worth an external validation", "studies"),
        tuple(
            (
                f"{cell.auroc:.2f}, {cell.patients}",
                percent(cell.found.estimate),
                percent(cell.worth.estimate),
                str(cell.studies),
            )
            for cell in found.cells
        ),
    )
