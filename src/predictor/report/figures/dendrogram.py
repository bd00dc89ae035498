"""Covariates that say the same, joined the earlier the more alike they are."""

from __future__ import annotations

from typing import Any

from predictor.report.figures import style
from predictor.report.figures.figure import Figure, Table
from predictor.report.figures.paper import Key, names_axis, names_margin, row_places, sheet
from predictor.results import Redundancy

_MOST = 80
_LINE = {"color": style.BLUE, "linewidth": 1.3}
_SMOOTHEST = 0.001  # of 1, between a branch and the edge


def clusters(found: Redundancy) -> Figure | None:
    """Columns of the covariates as a tree: clusters meet where their most unlike columns do.

    Returns
    -------
    Figure or None
        None for more columns than can be read in one figure.
    """
    columns = found.columns
    if len(columns) > _MOST:
        return None
    title = "Covariates that say the same"
    order = _order(found)
    names = [style.wrapped(columns[place]) for place in order]

    def draw() -> Any:
        places, height = row_places(names, row=0.21)
        paper = sheet(
            title,
            "clusters by squared Spearman correlation; the outcome is not looked at",
            body=height + 0.52,
            keys=(Key("where two clusters meet: how alike their most unlike columns are", _LINE),),
        )
        axes = paper.axes(left=names_margin(names), right=0.2)
        at = {column: (1.0, places[row]) for row, column in enumerate(order)}
        for step, joined in enumerate(found.joined):
            (one, above), (two, below) = at[joined.first], at[joined.second]
            meet = joined.rho2
            axes.plot([one, meet, meet, two], [above, above, below, below], **_LINE)
            at[len(columns) + step] = (meet, (above + below) / 2)
        names_axis(axes, names, places)
        axes.set_ylim(-height, 0)
        axes.set_xlim(1 + _SMOOTHEST, -0.02)
        axes.set_xticks([1, 0.8, 0.6, 0.4, 0.2, 0])
        axes.axvline(0.5, color=style.GREY, linestyle=":", linewidth=1)
        axes.set_xlabel("squared Spearman correlation (1: the same ranks)")
        return paper.figure

    pairs = "; ".join(f"{p.first} and {p.second} {style.decimals(p.rho2)}" for p in found.alike[:3])
    return Figure(
        title=title,
        alt=f"Tree of {len(columns)} columns of covariates by squared Spearman correlation. "
        + (f"The most alike of different covariates: {pairs}." if pairs else "None share half."),
        table=Table(("clusters that meet", "squared Spearman correlation"), _rows(found)),
        drawing=draw,
    )


def _members(found: Redundancy) -> list[list[int]]:
    """Columns of each cluster: the single ones, then those that the steps make."""
    members = [[place] for place in range(len(found.columns))]
    for joined in found.joined:
        members.append(members[joined.first] + members[joined.second])
    return members


def _order(found: Redundancy) -> list[int]:
    """Columns from above to below, so that no branches cross."""
    return _members(found)[-1]


def _rows(found: Redundancy) -> tuple[tuple[str, ...], ...]:
    members = _members(found)
    named = [", ".join(found.columns[place] for place in each) for each in members]
    return tuple(
        (f"{named[j.first]} | {named[j.second]}", style.decimals(j.rho2)) for j in found.joined
    )
