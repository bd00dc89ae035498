"""Read a saved model; refuse one that is damaged, edited or of a newer format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from predictor.cohort import Covariate, Pooled
from predictor.disk import parse_json
from predictor.errors import ModelError, StudyError
from predictor.saved import model as layout
from predictor.saved.archive import read_arrays
from predictor.saved.combinations import Combinations
from predictor.saved.files import read_files
from predictor.saved.model import Document, SavedModel, Usual
from predictor.saved.spread import Spread, StoredReplicates
from predictor.scorers import Scorers, scorers_from_arrays
from predictor.scorers.arrays import LARGEST, WAY_OUT, floats, only, packed, refused
from predictor.scorers.families import family
from predictor.study import Study, parse_study

_LARGEST_REPLICATES = 2**28  # bytes, unpacked
_MOST_REPLICATES = 10_000
_KINDS = ("number", "flag", "category")


def read_model(directory: Path | str) -> SavedModel:
    """Read a model from its directory, without pickle and without running anything in it.

    Raises
    ------
    ModelError
        If it is not a model, a file is missing, damaged or edited, the format is newer than this
        version of the package, or its parts do not belong together.
    """
    return ModelFiles.of(directory).model()


@dataclass(frozen=True, repr=False)
class ModelFiles:
    """A saved model as it lies in its directory, which can be sent elsewhere.

    Attributes
    ----------
    directory
        What messages call it.
    description
        What ``model.json`` says.
    files
        The content of the others, whose hashes agree, by name.
    """

    directory: Path
    description: Document
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, directory: Path | str) -> ModelFiles:
        """Those in a directory; ModelError as `read_model` says, as far as it is about files."""
        return cls(Path(directory), *read_files(Path(directory)))

    def model(self) -> SavedModel:
        """The model; ModelError as `read_model` says."""
        directory = self.directory
        try:
            return _model(self.description, self.files, directory)
        except StudyError as error:
            raise ModelError(
                f"{directory}: the model's study cannot be read: {error}; {WAY_OUT}"
            ) from None
        except ModelError as error:
            raise ModelError(f"{directory}: {error}") from None
        except KeyError as error:
            raise ModelError(f"{directory}: the model lacks {error.args[0]!r}; {WAY_OUT}") from None
        except (ValueError, TypeError, AttributeError):
            raise ModelError(
                f"{directory}: the model holds something else than a saved model does; {WAY_OUT}"
            ) from None


def _model(description: Document, files: Mapping[str, bytes], directory: Path) -> SavedModel:
    study = _study(files, directory)
    model, spread = _models(description, files)
    covariates = _covariates(description["covariates"])
    pooled = _pooled(description.get("pooled", []), covariates)
    usual = _usual(description["usual"])
    # models of before it was kept have none
    combinations = correlations(description.get("correlation"), len(usual.mean))
    performance = parse_json(files[layout.PERFORMANCE])
    learner, provenance = description["learner"], description["provenance"]
    if len({model.columns, spread.columns, len(usual.mean), covariates[-1].stop}) != 1:
        raise _wrong("its parts are not of the same columns")
    if [spec.name for spec in study.learners] != [learner]:
        raise _wrong("its study is that of another learner")
    if not isinstance(performance, dict) or not isinstance(provenance, dict):
        raise _wrong("its performance or provenance is no mapping")
    return SavedModel(
        study,
        learner,
        covariates,
        model,
        spread,
        usual,
        performance,
        provenance,
        pooled,
        description["digest"],
        combinations,
    )


def _wrong(problem: str) -> ModelError:
    return ModelError(f"this is no model as it was written, {problem}; {WAY_OUT}")


def _study(files: Mapping[str, bytes], directory: Path) -> Study:
    return parse_study(
        files[layout.STUDY].decode(),
        file=str(directory / layout.STUDY),
        pipeline=files[layout.PIPELINE].decode(),
    )


def _models(
    description: Document, files: Mapping[str, bytes]
) -> tuple[Scorers, Spread | StoredReplicates]:
    """The model, and how far models of other samples are from it."""
    scorer = dict(description["scorer"])
    kind = scorer.pop("kind")
    family_ = family(kind)
    if family_.numbers is not None:
        scorer |= parse_json(files[family_.numbers])
    arrays = _arrays(scorer)
    for name, file in family_.files.items():
        arrays |= packed(name, [files[file]])
    model = scorers_from_arrays(kind, arrays)
    if len(model) != 1 or model.failed.any():
        raise _wrong("it is not one model")
    if description["format"] != 1:
        return model, _spread(description["spread"])
    stored = read_arrays(files[layout.REPLICATES], limit=_LARGEST_REPLICATES)
    replicates = scorers_from_arrays(kind, stored)
    if not 0 < len(replicates) <= _MOST_REPLICATES:
        raise _wrong(f"it holds {len(replicates)} models of bootstrap samples")
    return model, StoredReplicates(replicates)


def _arrays(lists: Document) -> dict[str, NDArray[Any]]:
    """Nested lists of numbers by name, where null is nan."""
    wrong = [name for name, values in lists.items() if not _are_numbers(values)]
    if wrong:
        raise refused(", ".join(wrong), "are not numbers")
    return {name: np.array(values, dtype=np.float64) for name, values in lists.items()}


def _are_numbers(values: Any) -> bool:
    if isinstance(values, list):
        return all(map(_are_numbers, values))
    return values is None or type(values) in (int, float)


def _spread(lists: Document) -> Spread:
    arrays = _arrays(lists)
    only(arrays, ("centre", "mean", "root"))
    centre = floats(arrays, "centre", (None,))
    mean = floats(arrays, "mean", (1 + len(centre),))
    root = floats(arrays, "root", (None, len(mean)))
    none = np.isnan(mean).all() and np.isnan(root).all()  # no sample gave a model
    if np.isnan(centre).any() or (not none and (np.isnan(mean).any() or np.isnan(root).any())):
        raise refused("spread", "lacks a number")
    return Spread(centre, mean, root)


def _usual(lists: Document) -> Usual:
    arrays = _arrays(lists)
    only(arrays, ("mean", "standard_deviation"))
    mean = floats(arrays, "mean", (None,))
    deviation = floats(arrays, "standard_deviation", mean.shape)
    if np.any(deviation < 0):
        raise refused("standard_deviation", "hold a negative number")
    return Usual(tuple(mean.tolist()), tuple(deviation.tolist()))


def correlations(lists: Any, columns: int) -> Combinations | None:
    """Of so many columns, as nested lists of numbers; None if there are none.

    Raises
    ------
    ModelError
        If no patients have such correlations.
    """
    if lists is None:
        return None
    arrays = _arrays({"correlation": lists})
    correlation = floats(arrays, "correlation", (columns, columns))
    if (
        np.isnan(correlation).any()
        or (np.diag(correlation) != 1).any()
        or (correlation != correlation.T).any()
        or np.linalg.eigvalsh(correlation).min() < 1e-3
    ):
        raise refused("correlation", "is not one of columns that differ")
    return Combinations(correlation)


def _covariates(entries: Sequence[Document]) -> tuple[Covariate, ...]:
    placed: list[Covariate] = []
    start = 0
    for entry in entries:
        name, kind, levels = entry["name"], entry["kind"], tuple(entry["levels"])
        if (
            kind not in _KINDS
            or not isinstance(entry["levels"], list)
            or not all(isinstance(text, str) for text in (name, *levels))
            or len(set(levels)) != len(levels)
            or (kind == "category") != bool(levels)
        ):
            raise _wrong("one of its covariates is described in a way that none is")
        width = len(levels) - 1 if kind == "category" else 1
        placed.append(Covariate(name, kind, levels, start, start + width))
        start += width
    if not placed or len({covariate.name for covariate in placed}) != len(placed):
        raise _wrong("it has no covariates, or one twice")
    return tuple(placed)


def _pooled(entries: Sequence[Document], covariates: tuple[Covariate, ...]) -> tuple[Pooled, ...]:
    by_name = {covariate.name: covariate for covariate in covariates}
    found = []
    for entry in entries:
        covariate, values, into = by_name[entry["covariate"]], tuple(entry["values"]), entry["into"]
        names = covariate.levels if covariate.kind == "category" else ("no", "yes")
        if covariate.kind == "number":
            right = not values and abs(float(into)) <= LARGEST
        else:
            right = set(values) < set(names) and into in names and into not in values
        if not isinstance(into, str) or not right:
            raise _wrong("values are taken as what they cannot be")
        found.append(Pooled(covariate.name, values, into))
    return tuple(found)
