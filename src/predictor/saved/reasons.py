"""Why a patient has this probability and not another, in probability points and in words.

Whoever tells reasons (scores, the server, a page) tells these.
"""

from __future__ import annotations

from string import Formatter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort import Cohort
from predictor.printable import short_meaning
from predictor.saved.model import Floats, SavedModel
from predictor.scorers.contract import probability_of
from predictor.study import Column

STRONGEST = 3
"""As many reasons are told in words, of those that are worth a point."""

# the sentence, in its order
PROBABILITY = "{outcome} with a probability of {probability} %"
SURE = ", as sure as the mean of {patients} patients"
BEFORE = "; {baseline} % before anything is known of the patient. "
REASONS = "Strongest reasons: {reasons}."
REASON = "{label} {points}"
NO_REASON = "Nothing that is known of the patient moves it by a point."
LABEL_AND_VALUE = "{label} ({value})"
NOT_KNOWN = "not known"


def points(probability: Floats, contributions: Floats) -> Floats:
    """By how many points each covariate moves a probability.

    So many points lower it would be were the covariate as in the usual training patient and all
    others as they are: ``100 (p - expit(logit(p) - contribution))``. Those of a patient need not
    add up to the distance of his probability from another.

    Parameters
    ----------
    probability
        (n,).
    contributions
        (n, k) in logit units.

    Examples
    --------
    >>> points(np.array([0.5]), np.array([[1.0, -1.0, 0.0]])).round(1)
    array([[ 23.1, -23.1,   0. ]])
    """
    with np.errstate(divide="ignore"):
        logit = np.log(probability) - np.log1p(-probability)
    moved: Floats = 100 * (probability[:, None] - probability_of(logit[:, None] - contributions))
    return moved


def rounded_size(effective_sample_size: Floats) -> Floats:
    """As many patients as may be told: whole numbers below 20, and one digit and a half beyond.

    Examples
    --------
    >>> rounded_size(np.array([0.4, 12.4, 47.0, 123.0, 2180.0]))
    array([   0.,   12.,   45.,  100., 2000.])
    """
    size = np.maximum(effective_sample_size, 1.0)
    step = np.where(size < 20, 1.0, np.where(size < 100, 5.0, 10.0 ** np.floor(np.log10(size)) / 2))
    rounded: Floats = np.rint(effective_sample_size / step) * step
    return rounded


def size_in_words(effective_sample_size: Floats) -> pa.Array:
    """(n,) ``about 12``, for ``as sure as the mean of about 12 patients``; null where unknown."""
    known = ~np.isnan(effective_sample_size)
    size = rounded_size(np.where(known, effective_sample_size, 0.0))
    said = pc.if_else(pa.array(size < 2), "fewer than 2", _joined("about ", _whole(size)))
    return pc.if_else(pa.array(known), said, pa.scalar(None, pa.string()))


def percent_in_words(probability: Floats) -> pa.Array:
    """(n,) whole percents, ``under 1`` and ``over 99`` at the ends."""
    percent = 100 * np.nan_to_num(probability)
    return pc.if_else(
        pa.array(percent < 1),
        "under 1",
        pc.if_else(pa.array(percent > 99), "over 99", _whole(np.rint(percent))),
    )


def label(covariate: str, source: Column | None) -> str:
    """What people call a covariate, or the column that it is made of, whose value they know.

    Parameters
    ----------
    covariate
        Its name.
    source
        The column of the table, of `SavedModel.sources`; None if there is no single one. Told by
        its meaning if that is short.
    """
    if source is None:
        return covariate
    return short_meaning(source.meaning) or source.name


def sentences(
    model: SavedModel,
    cohort: Cohort,
    *,
    probability: Floats,
    effective_sample_size: Floats,
    baseline: float,
    contributions: Floats,
) -> pa.Array:
    """Each patient's probability and its strongest reasons; null for a patient without a score.

    They hold values of the patient, as his row does.

    Parameters
    ----------
    model
        That scored them.
    cohort
        The patients (n).
    probability, effective_sample_size
        (n,), nan where there is none.
    baseline
        Log-odds before anything is known of a patient.
    contributions
        (n, k).
    """
    scored = ~np.isnan(probability)
    n = len(probability)
    before = percent_in_words(probability_of(np.array([baseline if scored.any() else 0.0])))[0]
    told = _strongest(
        model, cohort, points(probability, np.where(scored[:, None], contributions, 0))
    )
    sure = _filled(SURE, patients=size_in_words(effective_sample_size))
    text = _joined(
        _filled(
            PROBABILITY,
            outcome=pa.scalar(model.study.outcome.name),
            probability=percent_in_words(probability),
        ),
        pc.fill_null(sure, ""),
        _filled(BEFORE, baseline=before),
        pc.if_else(pc.equal(told, ""), NO_REASON, _filled(REASONS, reasons=told)),
    )
    return pc.if_else(pa.array(scored), text, pa.nulls(n, pa.string()))


def _strongest(model: SavedModel, cohort: Cohort, moved: Floats) -> pa.Array:
    """Names, values and points of the covariates that move a probability most; ``""`` for none."""
    n = len(moved)
    whole = np.rint(np.nan_to_num(moved))
    order = np.argsort(-np.abs(moved), axis=1, kind="stable")[:, :STRONGEST]
    names = pa.concat_arrays(
        [
            _named(covariate.name, source, cohort)
            for covariate, source in zip(model.covariates, model.sources, strict=True)
        ]
    )
    told = pa.array([""] * n, pa.string())
    for place in range(order.shape[1]):
        chosen = order[:, place]
        worth = whole[np.arange(n), chosen]
        reason = _filled(
            REASON, label=names.take(pa.array(chosen * n + np.arange(n))), points=_signed(worth)
        )
        more = reason if place == 0 else _joined(told, ", ", reason)
        told = pc.if_else(pa.array(worth != 0), more, told)  # the stronger ones come first
    return told


def _named(covariate: str, source: Column | None, cohort: Cohort) -> pa.Array:
    """What a covariate is called, with each patient's value of the column that it is made of."""
    name = pa.array([label(covariate, source)] * len(cohort), pa.string())
    if source is None:
        return name
    cells = cohort.table[source.name].combine_chunks()
    if pa.types.is_boolean(cells.type):
        values = pc.if_else(cells, "yes", "no")
    else:
        values = pc.cast(cells, pa.string())
    if source.unit:
        values = _joined(values, " ", source.unit)
    return _filled(LABEL_AND_VALUE, label=name, value=pc.fill_null(values, NOT_KNOWN))


def _signed(points: Floats) -> pa.Array:
    """``+12 points``."""
    sign = pc.if_else(pa.array(points > 0), "+", "")
    unit = pc.if_else(pa.array(np.abs(points) == 1), " point", " points")
    return _joined(sign, _whole(points), unit)


def _whole(numbers: Floats) -> pa.Array:
    return pc.cast(pa.array(numbers.astype(np.int64)), pa.string())


def _joined(*parts: pa.Array | pa.Scalar | str) -> pa.Array:
    return pc.binary_join_element_wise(*parts, "")


def _filled(template: str, **parts: pa.Array | pa.Scalar) -> pa.Array:
    """A template with its fields filled in for every patient; null where one is."""
    pieces: list[pa.Array | pa.Scalar | str] = []
    for text, field, _, _ in Formatter().parse(template):
        pieces.append(text)
        if field is not None:
            pieces.append(parts[field])
    return _joined(*pieces)
