"""How new patients differ from those a model was made of, as far as the model holds it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from predictor.cohort import Covariate, Design
from predictor.disclosure import FEWEST, SMALL, WITHHELD, Shown, shown, small
from predictor.errors import ModelError
from predictor.results import (
    CaseMix,
    ComparedColumn,
    ComparedCovariate,
    ComparedPredictor,
    IntervalEstimate,
)
from predictor.saved import SavedModel, Usual, unlike_training
from predictor.saved.inputs import Mask
from predictor.scorers import Scorers
from predictor.scorers.arrays import WAY_OUT
from predictor.scorers.contract import probability_of
from predictor.scorers.rounding import significant, to_step
from predictor.statistics import model_based_concordance, standardised_mean_difference
from predictor.validation.membership import membership_auroc
from predictor.validation.new_patients import Measured
from predictor.workflows.new_cohort import NewCohort

Floats = npt.NDArray[np.float64]

_NOT_KEPT = (
    "The model does not hold the linear predictor of its training patients (it was trained by an "
    "earlier version, or entered): whether other patients or wrong coefficients changed the AUROC "
    "cannot be told apart. Train it again, or give the table it was made of (--training FILE)."
)
_NO_ROWS = (
    "How well new patients can be told from those of the training (membership model) needs the "
    "rows of the training: --training FILE."
)
_AS_KEPT = (
    "The training is known by the means and standard deviations that the model holds, rounded to a "
    "tenth of a standard deviation; a difference below 0.1 is none."
)


def linear_predictor(model: Scorers, matrix: Design) -> ComparedPredictor:
    """Mean and spread of a model's logits in some patients, and the AUROC to expect in them.

    Rounded as `Usual` is, so that nobody's logit follows from two of them.
    """
    return predictor_of(model.logit(matrix.X)[0])


def predictor_of(logit: Floats) -> ComparedPredictor:
    """The same of logits that are there, (n,)."""
    mean, deviation = np.array([logit.mean()]), np.array([logit.std()])
    concordance = model_based_concordance(probability_of(logit.copy()))
    return ComparedPredictor(
        mean=float(to_step(mean, deviation)[0]),
        standard_deviation=float(significant(deviation, 2)[0]),
        expected_auroc=None if np.isnan(concordance) else round(concordance, 2),
    )


def compare_case_mix(cohort: NewCohort, auroc: Measured, training: NewCohort | None) -> CaseMix:
    """Compare new patients with those of the training.

    Parameters
    ----------
    cohort
        New patients.
    auroc
        Of the model in them.
    training
        Those of the training, if their table was given.
    """
    model = cohort.model
    here = linear_predictor(model.model, cohort.scored)
    before = (
        predictor_of_training(model)
        if training is None
        else linear_predictor(model.model, training.scored)
    )
    unlike = unlike_training(model, cohort.scored)
    outside = [shown(int(count)) for count in unlike.far.sum(axis=0)]
    notes = [_AS_KEPT]
    notes += [_NOT_KEPT] if before is None else []
    notes += [_NO_ROWS] if training is None else _same_rows(cohort, training)
    return CaseMix(
        columns=_columns(model, cohort.scored),
        covariates=tuple(
            ComparedCovariate(
                name=covariate.name,
                missing=int(unlike.missing[:, place].sum()),
                outside=_count(outside[place]),
                taken_as_another=_count(shown(int(cohort.changed[:, place].sum()))),
            )
            for place, covariate in enumerate(model.covariates)
        ),
        outside=_total(unlike.far, outside),
        here=here,
        training=before,
        prevalence=float(cohort.y.mean()),
        training_prevalence=training_prevalence(model),
        membership_auroc=None
        if training is None
        else membership_auroc(cohort.scored.X, training.scored.X, [cohort.entropy, *b"membership"]),
        from_case_mix=_less(here.expected_auroc, None if before is None else before.expected_auroc),
        from_coefficients=_from_coefficients(auroc, cohort.probability),
        notes=tuple(notes),
    )


def training_prevalence(model: SavedModel) -> float | None:
    """Share of events among the patients a model was made of; None where it does not say."""
    counts = counts_of_training(model)
    return None if counts is None or not counts[0] else counts[1] / counts[0]


def counts_of_training(model: SavedModel) -> tuple[int, int] | None:
    """Patients a model was made of, and those with the event; None where it does not say."""
    data = model.performance.get("data")
    if not isinstance(data, Mapping):
        return None
    patients, events = data.get("labelled"), data.get("events")
    if type(patients) is int and type(events) is int and 0 <= events <= patients:
        return patients, events
    return None


def predictor_of_training(model: SavedModel) -> ComparedPredictor | None:
    """The linear predictor of the training patients; None if the model does not hold it.

    Raises
    ------
    ModelError
        If what it holds is none.
    """
    said = model.performance.get("linear_predictor")
    try:
        return None if said is None else ComparedPredictor.from_json(said)
    except ValueError:
        raise ModelError(f"the linear predictor it says it has is none; {WAY_OUT}") from None


def _columns(model: SavedModel, matrix: Design) -> tuple[ComparedColumn, ...]:
    here, before = Usual.of(matrix), model.usual
    difference = standardised_mean_difference(
        *(np.array(each) for each in (here.mean, here.standard_deviation)),
        *(np.array(each) for each in (before.mean, before.standard_deviation)),
    )
    return tuple(
        ComparedColumn(
            covariate=covariate.name,
            column=covariate.columns[place - covariate.start],
            here=None if few else _known(here.mean[place]),
            training=_known(before.mean[place]),
            here_deviation=None if few else _known(here.standard_deviation[place]),
            training_deviation=_known(before.standard_deviation[place]),
            difference=None if few else _known(round(float(difference[place]), 2)),
        )
        for covariate in model.covariates
        for place in covariate.places
        for few in [_few(covariate, matrix.X[:, place])]
    )


def _few(covariate: Covariate, values: Floats) -> bool:
    """Whether a mean would be about one to four patients."""
    known = values[~np.isnan(values)]
    if covariate.kind == "number":
        return len(known) < FEWEST
    holders = int(known.sum())
    return small(holders) or small(len(known) - holders) or not len(known)


def _same_rows(cohort: NewCohort, training: NewCohort) -> list[str]:
    """A word about new patients who are, value by value, also in the training."""
    rows = [
        {row.tobytes() for row in np.column_stack([each.matrix.X, each.y])}
        for each in (cohort, training)
    ]
    again = sum(row.tobytes() in rows[1] for row in np.column_stack([cohort.matrix.X, cohort.y]))
    if not again:
        return []
    said = (
        f"{shown(again)} of the new patients have the covariates and the outcome of a training "
        f"patient: are they the same? Patients of the training make a validation too good."
    )
    return [said]


def _total(far: Mask, of_each: list[str]) -> Shown:
    total = int(far.any(axis=1).sum())
    if small(total):
        return SMALL
    return WITHHELD if SMALL in of_each else total


def _count(text: str) -> Shown:
    return int(text) if text.isdigit() else text


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _less(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else round(first - second, 2)


def _from_coefficients(auroc: Measured, probability: Floats) -> IntervalEstimate | None:
    expected = model_based_concordance(probability)
    if not np.isfinite(expected) or not np.isfinite(auroc.estimate):
        return None
    return IntervalEstimate(
        estimate=auroc.estimate - expected,
        low=_known(auroc.low - expected),
        high=_known(auroc.high - expected),
    )
