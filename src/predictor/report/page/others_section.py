"""A finished model beside others in the same new patients."""

from __future__ import annotations

from predictor.report.page.blocks import Block, Fold, Section, Table, Text
from predictor.report.validation_in_words import NO_MODEL
from predictor.report.wording import measure
from predictor.results import ValidationResult
from predictor.results.words import NONE, number, span, with_interval

_COMPARED_FIRST = ("auroc", "log_loss", "observed_expected", "calibration_slope")


def others(report: ValidationResult) -> list[Section]:
    """Side by side, and in pairs; none where it was compared with nothing."""
    if not report.others:
        return []
    names = [name for name in _COMPARED_FIRST if name in report.measures]
    of_each = {report.model.name: report.measures} | {
        name: other.measures for name, other in report.others.items()
    }
    side_by_side = [
        [who, *(with_interval(found[name]) if name in found else NONE for name in names)]
        for who, found in of_each.items()
    ]
    blocks: list[Block] = [
        Table(
            "Models in the same new patients",
            ["Model", *(measure(name)[0] for name in names)],
            side_by_side,
            frozenset(range(1, len(names) + 1)),
            wide=True,
        )
    ]
    first = [
        gap for gap in report.gaps if gap.measure in _COMPARED_FIRST and gap.estimate is not None
    ]
    rest = [gap for gap in report.gaps if gap not in first]
    for title, found in (("Differences", first), ("Differences in the other measures", rest)):
        rows = [
            [
                f"{report.model.name} minus {gap.other}",
                measure(gap.measure)[0],
                number(gap.estimate, 3),
                span(gap, 3),
                gap.note or ("within noise" if gap.within_noise else "beyond noise"),
            ]
            for gap in found
        ]
        if rows:
            shown = Table(
                f"{title}, paired in the same patients",
                ["Models", "Measure", "Difference", "95 % interval", "Reading"],
                rows,
                frozenset({2, 3}),
            )
            blocks.append(shown if found is first else Fold(title, [shown]))
    said = (
        f"“{NO_MODEL}” gives everybody the share of events of the training."
        if NO_MODEL in report.others
        else ""
    )
    return [Section("others", "Against other models", [*([Text(said)] if said else []), *blocks])]
