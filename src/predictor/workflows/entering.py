"""``predictor enter``: published models as saved ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from predictor.cohort import Design, covariates, design
from predictor.cohort.simulate.dictionary_patients import from_dictionary
from predictor.disk import check_writable, refuse_foreign, write_files
from predictor.errors import ModelError, PredictorError, StudyError
from predictor.report.card_of_entered import entered_card
from predictor.results import EnteredModel, EnteredModels
from predictor.saved import SavedModel, model_files, read_model
from predictor.study import LearnerSpec, PublishedModel, Study, load_study
from predictor.study.published_forms import Equation, PointsScore
from predictor.workflows import provenance
from predictor.workflows.saved_published import entered
from predictor.workflows.standing import held_against

ENTERED = "entered"
"""Key of a model's provenance that says where it was published."""

_MADE_UP = 50  # patients who show what the columns of the matrix are


def enter(
    config: Study | Path | str,
    *,
    learners: Sequence[str] = (),
    models: Path | str = "models",
    out: Path | str | None = None,
) -> EnteredModels:
    """Make saved models of the published ones of a study file.

    Parameters
    ----------
    config
        Study, or its file: its learners with a `model` are entered, the others not looked at.
    learners
        Names of those to enter; all if empty.
    models
        Where they go: ``models/<study>/<learner>/``.
    out
        The folder itself, of one model.

    Returns
    -------
    EnteredModels
        What was entered, in the order of the file.

    Raises
    ------
    StudyError
        If the study is refused, has no such model, or a model does not fit it.
    PredictorError
        If a folder cannot be written or holds something else.
    """
    study = config if isinstance(config, Study) else load_study(config)
    chosen = _chosen(study, learners)
    if out is not None and len(chosen) > 1:
        raise PredictorError(
            f"{out}: one folder, and {len(chosen)} models; name one (--learner), of "
            f"{', '.join(spec.name for spec, _ in chosen)}, or say where all go (--models)"
        )
    matrix = _columns(study)
    origin = {"time": provenance.now(), "versions": provenance.versions()}
    files: dict[Path, bytes] = {}
    found = []
    for spec, model in chosen:
        saved = _saved(spec, model, study, matrix, origin)
        folder = Path(models) / study.study / spec.slug if out is None else Path(out)
        content = model_files(saved, card=entered_card(saved))
        files |= {folder / name: each for name, each in content.items()}
        found.append(_told(spec, model, saved, folder))
    folders = [Path(each.model) for each in found]
    for folder in folders:
        check_writable(folder)
    refuse_foreign(
        folders,
        _is_entered,
        kind="an entered model",
        way_out="choose another folder (--out), or move it away",
    )
    write_files(files, folders)
    return EnteredModels(models=tuple(found))


def _chosen(study: Study, learners: Sequence[str]) -> list[tuple[LearnerSpec, PublishedModel]]:
    there = {spec.name: spec for spec in study.learners if spec.model is not None}
    if not there:
        raise StudyError(
            f"{study.file}: has no published model; say it as a learner, "
            f"`learners: {{published: {{model: {{source: ..., equation: ...}}}}}}` "
            f"(docs/published-models.md)"
        )
    if unknown := [name for name in learners if name not in there]:
        raise StudyError(
            f"{study.file}: no published model is called {', '.join(unknown)}; there "
            f"{'is' if len(there) == 1 else 'are'} {', '.join(there)}"
        )
    chosen = [(s, s.model) for s in study.learners if s.model is not None]
    chosen = [(s, model) for s, model in chosen if not learners or s.name in learners]
    for spec, model in chosen:
        if model.file is not None:
            raise StudyError(
                f"{study.file}: learners.{spec.name}.model: {model.file} is a saved model "
                f"already; use it as it is"
            )
    return chosen


def _columns(study: Study) -> Design:
    """The columns of the design matrix, read off at patients made up from the dictionary."""
    rng = np.random.default_rng(study.seed)
    try:
        return design(covariates(from_dictionary(study, _MADE_UP, rng)))
    except PredictorError as error:
        raise StudyError(
            f"{error}\nthe columns that the model reads are found by running the feature pipeline "
            f"on patients made up from the data dictionary; give ranges that it can use"
        ) from None


def _saved(
    spec: LearnerSpec,
    model: PublishedModel,
    study: Study,
    matrix: Design,
    origin: Mapping[str, object],
) -> SavedModel:
    names = held_against(spec.name, model, study, matrix)
    spec = spec.model_copy(update={"covariates": names})
    told = model.model_dump(mode="json", include={"source", "patients", "events"})
    return entered(
        spec,
        study.without_paths(),
        matrix.select(names).covariates,
        {"published": told},
        {ENTERED: model.source, **origin},
    )


def _told(
    spec: LearnerSpec, model: PublishedModel, saved: SavedModel, folder: Path
) -> EnteredModel:
    form = model.form
    name: Literal["equation", "points", "rule"] = "rule"
    if isinstance(form, Equation):
        name = "equation"
    elif isinstance(form, PointsScore):
        name = "points"
    return EnteredModel(
        study=saved.study.study,
        learner=spec.name,
        outcome=saved.study.outcome.name,
        predict_at=saved.study.predict_at,
        source=str(model.source),
        form=name,
        columns=tuple(name for c in saved.covariates for name in c.columns),
        refused=tuple(c.name for c in saved.covariates if model.refused.intersection(c.columns)),
        model=str(folder),
    )


def _is_entered(folder: Path) -> bool:
    try:
        return ENTERED in read_model(folder).provenance
    except ModelError:
        return folder.is_dir() and not any(folder.iterdir())
