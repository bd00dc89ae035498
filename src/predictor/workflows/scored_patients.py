"""Files that ``predictor score`` wrote, read back: which scores a model gave to which patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from predictor.cohort import Cohort, Design, near_name, read_table
from predictor.errors import DataError, ModelError
from predictor.explain import explain
from predictor.saved import SavedModel
from predictor.saved.inputs import IMPUTED, MISSING, UNLIKE, UNSEEN
from predictor.study.columns_of_scores import CONTRIBUTION

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_CLOSE, _FAR = 1e-6, 20.0


@dataclass(frozen=True, repr=False)
class ScoredPatients:
    """The scores that a model gave, each patient once, in the order of the files and their rows.

    Attributes
    ----------
    keys
        Identifiers; never written anywhere.
    logit
        (n,) of the probability.
    contributions
        (n, k) of each covariate.
    missing, unlike
        (n, k) whether the score says so of the covariate.
    covariates
        Names, (k,).
    unscored
        Patients to whom the model gave no probability.
    again
        Rows of patients who stood above already, and are left out: what was said first is what
        could be acted on.
    """

    keys: tuple[str, ...]
    logit: Floats
    contributions: Floats
    missing: Mask
    unlike: Mask
    covariates: tuple[str, ...]
    unscored: int
    again: int

    def __len__(self) -> int:
        return len(self.keys)


def read_scores(model: SavedModel, files: Sequence[Path | str]) -> ScoredPatients:
    """Read files of scores, and refuse those of another model.

    That they are this model's is seen in the numbers: the baseline is that of the model, and with
    the contributions it adds up to the logit of the probability. A model that was trained again,
    or updated, has another baseline even if it has the same name.

    Parameters
    ----------
    model
        That is said to have given them.
    files
        CSV or Parquet, as ``predictor score`` writes them, the earliest first.

    Raises
    ------
    DataError
        If a file is none of scores, or of another model; with the faults of all files.
    """
    found, faults = [], []
    for file in files:
        try:
            found.append(_read(model, file))
        except DataError as error:
            faults += [f"{file}: {fault}" for fault in error.faults]
    if faults:
        raise DataError(faults)
    keys = [key for each in found for key in each.keys]
    first = _first_rows(keys)
    logit = np.concatenate([each.logit for each in found])
    scored = first & ~np.isnan(logit)
    return ScoredPatients(
        keys=tuple(key for key, kept in zip(keys, scored, strict=True) if kept),
        logit=logit[scored],
        contributions=np.concatenate([each.contributions for each in found])[scored],
        missing=np.concatenate([each.missing for each in found])[scored],
        unlike=np.concatenate([each.unlike for each in found])[scored],
        covariates=tuple(covariate.name for covariate in model.covariates),
        unscored=int((first & ~scored).sum()),
        again=int((~first).sum()),
    )


def _first_rows(keys: Sequence[str]) -> Mask:
    first = np.zeros(len(keys), dtype=bool)
    first[list({key: row for row, key in reversed(list(enumerate(keys)))}.values())] = True
    return first


@dataclass(frozen=True, repr=False)
class _File:
    keys: list[str]
    logit: Floats
    contributions: Floats
    missing: Mask
    unlike: Mask


def _read(model: SavedModel, file: Path | str) -> _File:
    raw = read_table(file)
    names = [covariate.name for covariate in model.covariates]
    numbers = ["probability", "baseline", *(f"{CONTRIBUTION}{name}" for name in names)]
    _check_columns(model, raw.column_names, numbers)
    _check_model(model, raw)
    ids = [column for column in model.study.columns if column.role == "id"]
    cohort, faults = Cohort.check(raw, model.study, ids)
    if faults:
        raise DataError([fault.message for fault in faults])
    values = {name: _numbers(raw, name) for name in numbers}
    probability, baseline = values["probability"], values["baseline"]
    contributions = np.column_stack([values[name] for name in numbers[2:]])
    scored = ~np.isnan(probability)
    with np.errstate(divide="ignore", invalid="ignore"):
        logit = np.log(probability) - np.log1p(-probability)
        total = baseline + contributions.sum(axis=1)
    own = _baseline(model)
    # far out a probability has fewer digits than its logit
    close = np.isclose(total, logit, rtol=_CLOSE, atol=_CLOSE) | (np.abs(total) > _FAR)
    if not (np.isclose(baseline, own, rtol=_CLOSE, atol=_CLOSE) & close)[scored].all():
        raise DataError(
            f"these are not the scores of this model, but of another one of the name "
            f"{_name(model)} (trained again, or updated), or probabilities were changed since; "
            f"monitor the model that gave them, or score these patients with this one"
        )
    flags = [(text or "").split("; ") for text in raw["flags"].to_pylist()]
    return _File(
        keys=cohort.keys.to_pylist(),
        logit=np.where(scored, total, np.nan),
        contributions=contributions,
        missing=_flagged(flags, names, (MISSING, IMPUTED)),
        unlike=_flagged(flags, names, (UNLIKE, UNSEEN)),
    )


def _check_columns(model: SavedModel, there: Sequence[str], numbers: Sequence[str]) -> None:
    said = ["probability", "flags", "baseline", "outcome", "predict_at", "model"]
    if not set(said) <= set(there):
        raise DataError(
            "this is no file of scores: they have the columns "
            f"{', '.join(said)}; make one with `predictor score MODEL --data FILE --out FILE`"
        )
    faults = []
    for name in model.study.ids:
        if name not in there:
            near = near_name(name, there)
            faults.append(
                f"{name}: identifies the patient for this model; "
                + (f"the file has {near!r}: rename it" if near else "these are other scores")
            )
    lacking = [name for name in numbers if name not in there]
    if lacking:
        faults.append(
            f"{', '.join(lacking)}: not there, so these are the scores of another model; monitor "
            f"that one, or score these patients with {_name(model)}"
        )
    if faults:
        raise DataError(faults)


def _check_model(model: SavedModel, raw: pa.Table) -> None:
    expected = {
        "model": _name(model),
        "outcome": model.study.outcome.name,
        "predict_at": model.study.predict_at,
    }
    for column, text in expected.items():
        others = [t for t in pc.unique(raw[column]).to_pylist() if t != text]
        if others:
            raise DataError(
                f"{column}: not {text!r} in every row: scores of another model; monitor that one, "
                f"or keep the rows of this model in a file of their own"
            )


def _baseline(model: SavedModel) -> float:
    usual = np.nan_to_num(np.array(model.usual.mean))[None, :]
    found = explain(model.model, Design(usual, model.covariates)).baseline
    if not np.isfinite(found):
        raise ModelError("the model has no baseline: its scores cannot be told from others")
    return found


def _name(model: SavedModel) -> str:
    return f"{model.study.study}/{model.learner}"


def _numbers(raw: pa.Table, name: str) -> Floats:
    try:
        cells = pc.cast(raw[name], pa.float64())
    except pa.ArrowInvalid:
        raise DataError(
            f"{name}: not a number in every row; give the file as `predictor score` wrote it"
        ) from None
    found: Floats = cells.combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)
    return found


def _flagged(flags: Sequence[Sequence[str]], names: Sequence[str], said: Sequence[str]) -> Mask:
    """(n, k) of whom one of these things is said of a covariate."""
    texts = [{text.format(name) for text in said} for name in names]
    return np.array(
        [[not text.isdisjoint(each) for text in texts] for each in flags], dtype=bool
    ).reshape(len(flags), len(names))
