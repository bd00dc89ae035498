"""``predictor train --by-part``: the same job where no memory holds all patients."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from predictor.cohort import Cohort, Design, LabelledCohort, called
from predictor.cohort.parquet import ParquetBlocks
from predictor.cohort.parted import Gather, PartedCohort, read_by_part
from predictor.cohort.patients import open_patients
from predictor.errors import StudyError
from predictor.learners import REFERENCE, make
from predictor.pieces import PiecesHere
from predictor.processes import Elsewhere
from predictor.results import DeliveredTraining
from predictor.study import Study, load_study
from predictor.tracking import MLflowTracker, Tracker
from predictor.validation.cells import CellPlan, bins_for
from predictor.validation.parted_plan import PartedPlan
from predictor.workflows.afforded_samples import Sizes, sizes_by_part
from predictor.workflows.background import Check, meanwhile
from predictor.workflows.beginning import Beginning
from predictor.workflows.by_part_refusals import check_by_part
from predictor.workflows.delivery import deliver
from predictor.workflows.estimated import EXPLAINED
from predictor.workflows.estimated_by_part import learn_by_part
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.judged_by_part import judge_by_part
from predictor.workflows.lab_book import attempt
from predictor.workflows.learner import make_seeded
from predictor.workflows.logging import telling_failure
from predictor.workflows.patients_of_parts import Columns, Drawn, columns_of, drawn_of
from predictor.workflows.places import Places, check_places
from predictor.workflows.prepared import Prepared, with_learners

if TYPE_CHECKING:
    from predictor.learners.learner import Learner

_BYTES = 8  # of a number
_AROUND = 4  # steps beside the training of each learner


def train_by_part(
    config: Path | str,
    data: Path | str,
    *,
    gather: Gather | None = None,
    learners: Sequence[str] = (),
    models: Path | str = "models",
    out: Path | str | None = None,
    name: str | None = None,
    seed: int | None = None,
    drawing: Elsewhere | None = None,
    promote: bool = False,
    progress: Progress = silent,
    tracker: Tracker | None = None,
) -> DeliveredTraining:
    """Train the learners of a study on a folder of Parquet files, part by part.

    Only sums over parts, histograms and some patients drawn at random come here; the numbers do
    not depend on who computes.

    Parameters
    ----------
    config, data
        Study file, and folder of Parquet files with a row per patient.
    gather
        Who reads the parts and works on them: the `pieces` of a `predictor.cluster.Cluster`; None
        for one part after the other, here. Covariates stay in memory if they take less than half of
        it; else the files are read again for every pass, which takes hours of many.
    learners, models, out, name, seed, drawing, promote, progress, tracker
        As of `predictor.workflows.train`.

    Returns
    -------
    DeliveredTraining
        As of a training in memory; `by_part` says what is different.

    Raises
    ------
    PredictorError
        If the study asks for what cannot be done by part, and as `predictor.workflows.train` does;
        nothing is written then.
    OSError
        If the disk is full; nothing is written then.
    """
    tracker = MLflowTracker() if tracker is None else tracker
    beginning = Beginning.now()
    progress("reading", 0.0)
    study = with_learners(load_study(config), learners, seed)
    check_by_part(study)
    cohort = read_by_part(study, data, gather or partial(_here, study, data))
    estimators = _estimators(study, cohort.nobody)
    prepared, columns, drawn = _prepared(cohort, beginning)
    check_places(study, Places.of(prepared, models, out))
    sizes = sizes_by_part(study, cohort.flow.labelled, len(cohort.nobody.columns), estimators)
    check, steps = Check(tracker.check), len(estimators) + _AROUND
    with (
        telling_failure(tracker, attempt(prepared, name), check),
        meanwhile(check, tracker.get_ready),
    ):
        plan = _cell_plan(study, cohort.entropy, sizes)
        blocks = cohort.blocks
        reference = learn_by_part(make(REFERENCE), blocks, plan, [])
        learned = {}
        for place, spec in enumerate(study.learners):
            progress(f"training {spec.name}", (1 + place) / steps)
            check.ask()
            places = _places(cohort, spec.covariates)
            learned[spec.name] = learn_by_part(estimators[spec.name], blocks, plan, places)
        progress("estimating", 1 - 3 / steps)
        judged = judge_by_part(
            cohort,
            prepared,
            plan,
            sizes,
            estimators,
            learned,
            reference,
            drawn=drawn,
            columns=columns,
        )
    progress("saving", 1 - 1 / steps)
    return deliver(
        judged,
        data=called(data),
        models=models,
        out=out,
        name=name,
        promote=promote,
        tracker=tracker,
        workers=map if drawing is None else drawing,
    )


def _here(
    study: Study, data: Path | str, load: Callable[[Any], Any], parts: Sequence[Any]
) -> PiecesHere[Any]:
    """Pieces of this process, in memory if there is room for them."""
    return PiecesHere.of(load, parts, hold=_fits(study, data))


def _fits(study: Study, data: Path | str) -> bool:
    """Whether covariates of all patients take less than half the memory of this machine."""
    files = (part.blocks for part in open_patients(data, study))
    rows = sum(blocks.rows for blocks in files if isinstance(blocks, ParquetBlocks))
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return True
    return bool(rows * len(study.columns) * _BYTES < memory / 2)


def _estimators(study: Study, nobody: Design) -> dict[str, Learner]:
    for spec in study.learners:
        nobody.select(spec.covariates)
    if study.penalty is not None:
        try:
            nobody.select(study.penalty.weak)
        except StudyError as error:
            raise StudyError(f"{study.file}: penalty.weak: {error}") from None
    return {spec.name: make_seeded(spec, study, nobody) for spec in study.learners}


def _prepared(cohort: PartedCohort, beginning: Beginning) -> tuple[Prepared, Columns, Drawn]:
    """What is known here of the patients, with some of them in the place of all."""
    study, blocks = cohort.study, cohort.blocks
    columns = blocks.summed(columns_of)
    drawn = blocks.summed(drawn_of, EXPLAINED, study.seed, cohort.entropy)
    nobody = Cohort.nobody(study, ())
    prepared = Prepared(
        study,
        LabelledCohort(nobody, np.zeros(0), {}, cohort.flow),
        Design(drawn.X, cohort.covariates),
        cohort.nobody,
        ranks=np.zeros(0, dtype=np.int64),
        clusters=None,
        centres=None,
        fingerprint=cohort.fingerprint,
        entropy=cohort.entropy,
        pooled=cohort.pooled,
        beginning=beginning,
    )
    return prepared, columns, drawn


def _cell_plan(study: Study, entropy: int, sizes: Sizes) -> CellPlan:
    samples = PartedPlan(sizes.folds, sizes.replicates, study.seed, entropy)
    return CellPlan(samples, sizes.cohorts, bins_for(study.validation.thresholds))


def _places(cohort: PartedCohort, names: Sequence[str] | None) -> list[int]:
    """Of the columns of some covariates, None for all."""
    by_name = {covariate.name: covariate for covariate in cohort.covariates}
    chosen = cohort.covariates if names is None else [by_name[name] for name in names]
    return [place for covariate in chosen for place in covariate.places]
