"""Whether the label can be predicted at all, as tables."""

from __future__ import annotations

from predictor.report.description.shown_table import ShownTable
from predictor.results import LabelLimits, LabelNoise, words


def tables_of(limits: LabelLimits) -> list[ShownTable]:
    """What error does to the labels, and the spread between arms: what of it is known."""
    tables = [] if limits.noise is None else [_noise(limits.noise)]
    return tables if limits.control is None else [*tables, _arms(limits)]


def _noise(noise: LabelNoise) -> ShownTable:
    rows = (
        ("standard error of one measurement", words.short(noise.standard_error)),
        ("smallest detectable change", words.short(noise.smallest_detectable_change)),
        ("labels that would flip, measured again", words.percent(noise.flipped, words.PLAIN_NONE)),
        ("AUROC of somebody who knew the true scores", words.short(noise.auroc_of_true_scores)),
    )
    return ShownTable(
        "label_noise",
        "What error of the score does to the labels",
        ("", "value"),
        rows,
        "Measured is true plus independent normal error; true scores are taken to be normal, and "
        "what was measured is drawn towards their mean before new error is added.",
    )


def _arms(limits: LabelLimits) -> ShownTable:
    rows = []
    for arm in limits.arms:
        log_ratio = words.short(arm.log_ratio)
        if arm.log_ratio_se is not None:
            log_ratio += f" ({words.short(arm.log_ratio_se)})"
        name = f"{arm.arm} (control)" if arm.arm == limits.control else arm.arm
        interval = words.PLAIN_NONE
        if arm.low is not None:
            interval = f"{words.short(arm.low)} to {words.short(arm.high)}"
        rows.append(
            (
                name,
                str(arm.patients),
                words.short(arm.sd),
                words.short(arm.ratio),
                interval,
                log_ratio,
            )
        )
    return ShownTable(
        "arms",
        f"How unlike each other the patients of an arm are: {limits.change}",
        ("arm", "patients", "SD", "variance ratio", "95 % interval", "lnVR (se)"),
        tuple(rows),
        "Variance ratio: of the arm by that of the control arm, with the F interval, which counts "
        "on normal changes. lnVR: logarithm of the ratio of standard deviations.",
    )
