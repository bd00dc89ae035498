"""``predictor plan``: what studies of some size would find, by simulating them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from predictor.cohort import Design, covariates, design
from predictor.cohort.simulate.dictionary_patients import ASSUMED, from_dictionary
from predictor.cohort.simulate.imitation import Imitation
from predictor.errors import PredictorError, StudyError
from predictor.learners import names
from predictor.processes import Elsewhere, in_threads, processors
from predictor.results import LearningPoint, StudyPlan
from predictor.results.words import listed
from predictor.study import LearnerSpec, Study, load_study
from predictor.workflows.advising import advise
from predictor.workflows.fitted import Progress, silent
from predictor.workflows.forecast import (
    FEWEST_STUDIES,
    Forecast,
    forecast_cell,
    patients_for,
)
from predictor.workflows.learner import make_learner
from predictor.workflows.learning_curve import curve_of
from predictor.workflows.other_definitions import quick_learner
from predictor.workflows.prepared import Prepared, prepare, with_learners
from predictor.workflows.simulated_study import SimulatedStudies

PATIENTS = (48, 100, 200, 400, 800, 1600)
STRENGTHS = (0.5, 0.6, 0.7, 0.8)
STUDIES = 30
_MADE_UP = 500  # patients from the dictionary
_FEWEST, _MOST = 24, 5_000  # patients of a simulated study
_HIGHEST = 0.95
_SLOW = "it takes too long: %s (--learner asks for it)"
_STANDS = "no simulated outcome follows a published model: %s"
_NO_GRADE = "no grade of the outcome is simulated: %s"


def plan_study(
    config: Path | str | Study,
    data: Path | str | None = None,
    *,
    learners: Sequence[str] = (),
    patients: Sequence[int] = (),
    strengths: Sequence[float] = (),
    planned: int | None = None,
    prevalence: float | None = None,
    studies: int = STUDIES,
    seed: int | None = None,
    jobs: int = -1,
    elsewhere: Elsewhere | None = None,
    progress: Progress = silent,
) -> StudyPlan:
    """Simulate studies of several sizes and strengths, and say how many patients are needed.

    Every simulated study goes through the steps of a training: samples are drawn, every learner is
    trained, its performance estimated, the champion chosen, the audits run, the verdict given.

    Parameters
    ----------
    config, data
        Study, or its file, and the patients so far; without a table covariates are made up from
        the data dictionary.
    learners
        Names of learners in the study file (or of the package); all that are quick if empty.
    patients
        Sizes of the studies, with a label; `PATIENTS` if empty.
    strengths
        AUROCs of the true probability; `STRENGTHS` if empty.
    planned
        Patients at the end of a study that is under way; twice those so far if None.
    prevalence
        Share of events; that of the table, or one half, if None.
    studies
        Simulated studies of the smallest size and each strength; fewer of larger ones, which differ
        less.
    seed
        Instead of the seed of the study file.
    jobs
        Studies simulated at the same time, by threads; -1 for all processors.
    elsewhere
        Where they are simulated instead, for example on a `predictor.cluster.Cluster`; nothing that
        is found depends on it.
    progress
        Called with a few words and the share that is done.

    Raises
    ------
    PredictorError
        If the study or the table is refused, or a number makes no sense.
    """
    _check(patients, strengths, planned, prevalence, studies, data)
    progress("reading", 0.0)
    question = config if isinstance(config, Study) else load_study(config)
    prepared = None if data is None else prepare(question, data, learners=learners, seed=seed)
    study = with_learners(question, learners, seed) if prepared is None else prepared.study
    rng = np.random.default_rng([study.seed, *b"plan"])
    matrix = _made_up(study, rng) if prepared is None else prepared.eligible
    study, left_out = _simulable(study, matrix, named=bool(learners))
    estimators = {spec.name: make_learner(spec, study, matrix) for spec in study.learners}
    main = quick_learner(study, estimators, "") or study.learners[-1]
    if prevalence is None:
        prevalence = 0.5 if prepared is None else float(prepared.labelled.y.mean())
    simulated = SimulatedStudies(study, Imitation.of(matrix), prevalence)
    so_far = None if prepared is None else prepared.labelled.flow.labelled
    if so_far is not None and planned is None:
        planned = min(2 * so_far, max(so_far, _MOST))
    sizes = _sizes(patients or PATIENTS, so_far, planned)
    forecast = Forecast(
        simulated, sizes, sorted(set(strengths or STRENGTHS)), studies, study.seed, progress
    )
    found = forecast.run(partial(in_threads, processors(jobs)) if elsewhere is None else elsewhere)
    cells = tuple(
        forecast_cell(*key, found[key]) for key in sorted(found, key=lambda key: key[::-1])
    )
    columns = matrix.select(main.covariates).X.shape[1]
    parameters = estimators[main.name].number_of_parameters(columns)
    progress("learning curve", 1.0)
    return StudyPlan(
        study=study.study,
        title=study.title,
        outcome=study.outcome.name,
        predict_at=study.predict_at,
        covariates=tuple(covariate.name for covariate in matrix.covariates),
        parameters=parameters,
        learner=main.name,
        learners=tuple(spec.name for spec in study.learners),
        left_out=tuple(name for each in left_out.values() for name in each),
        source="dictionary" if prepared is None else "table",
        prevalence=prevalence,
        cells=cells,
        needed=tuple(
            patients_for(strength, found, parameters, prevalence, rng)
            for strength in forecast.strengths
            if strength > 0.5
        ),
        curve=() if prepared is None else _curve(prepared, main, study, rng),
        advice=None
        if prepared is None or planned is None
        else advise(simulated, prepared, found, planned, rng),
        assumptions=_assumptions(prepared, prevalence, left_out, study),
        seed=study.seed,
    )


def _check(
    patients: Sequence[int],
    strengths: Sequence[float],
    planned: int | None,
    prevalence: float | None,
    studies: int,
    data: Path | str | None,
) -> None:
    faults = [
        f"{what}: {n} patients; a study is simulated with {_FEWEST} to {_MOST}"
        for what, numbers in (("patients", patients), ("planned", [planned] if planned else []))
        for n in numbers
        if not _FEWEST <= n <= _MOST
    ]
    faults += [
        f"AUROC {a:g}: expected 0.5 (nothing to be found) to {_HIGHEST:g}"
        for a in strengths
        if not 0.5 <= a <= _HIGHEST
    ]
    if prevalence is not None and not 0.02 <= prevalence <= 0.98:
        faults.append(f"prevalence {prevalence:g}: expected a share of events, 0.02 to 0.98")
    if studies < FEWEST_STUDIES:
        faults.append(f"{studies} studies: at least {FEWEST_STUDIES} are needed for a share")
    if planned is not None and data is None:
        faults.append("planned: belongs to a study that is under way; give its table (--data)")
    if faults:
        raise PredictorError("\n".join(faults))


def _made_up(study: Study, rng: np.random.Generator) -> Design:
    try:
        made = design(covariates(from_dictionary(study, _MADE_UP, rng)))
    except PredictorError as error:
        raise StudyError(
            f"{error}\ncovariates cannot be made up from the data dictionary alone; give a table "
            f"(--data), or ranges that the feature pipeline can use"
        ) from None
    constant = [
        covariate.name
        for covariate in made.covariates
        if np.isnan(made.X[:, covariate.start]).all()
        or np.nanstd(made.X[:, covariate.start : covariate.stop], axis=0).max() == 0
    ]
    if constant:
        raise StudyError(
            f"made up from the data dictionary, {', '.join(constant)} would be the same for "
            f"everybody; give a table (--data)"
        )
    return made


def _simulable(
    study: Study, matrix: Design, *, named: bool
) -> tuple[Study, Mapping[str, Sequence[str]]]:
    """The study with the learners that can be simulated; the names of the others, by why not."""
    standing = [spec.name for spec in study.learners if spec.model is not None]
    study = study.model_copy(
        update={"learners": tuple(s for s in study.learners if s.model is None)}
    )
    estimators = {spec.name: make_learner(spec, study, matrix) for spec in study.learners}
    graded = [name for name, estimator in estimators.items() if estimator.needs_graded]
    slow = [
        name
        for name, estimator in estimators.items()
        if not (named or estimator.quick or estimator.needs_graded)
    ]
    if named and graded:
        raise StudyError(
            f"{study.file}: {listed(graded)} cannot be simulated, for no grade of an outcome is; "
            f"name learners of the label alone (--learner)"
        )
    kept = tuple(spec for spec in study.learners if spec.name not in (*graded, *slow))
    if not any(estimators[spec.name].learns_from_covariates for spec in kept):
        raise StudyError(
            f"{study.file}: no learner of it learns from the label alone and is quick enough to be "
            f"trained a hundred thousand times; name one (--learner), of {', '.join(names())}"
        )
    left_out = {_NO_GRADE: graded, _SLOW: slow, _STANDS: standing}
    return study.model_copy(update={"learners": kept}), left_out


def _sizes(patients: Sequence[int], so_far: int | None, planned: int | None) -> list[int]:
    sizes = set(patients)
    if so_far is not None and planned is not None:
        if so_far > _MOST:
            raise PredictorError(
                f"{so_far} patients have a label; studies are simulated with at most {_MOST}, and "
                f"what so many can show is seen by `predictor train`"
            )
        if planned < so_far:
            raise PredictorError(f"planned: {planned} patients, and there are {so_far} already")
        sizes = {size for size in sizes if size > so_far} | {so_far, planned}
    return sorted(sizes)


def _curve(
    prepared: Prepared, main: LearnerSpec, study: Study, rng: np.random.Generator
) -> tuple[LearningPoint, ...]:
    matrix = prepared.matrix
    learner = make_learner(main, study, matrix)
    X = matrix.select(main.covariates).X
    return curve_of(learner, X, prepared.labelled.target, rng, prepared.clusters)


def _assumptions(
    prepared: Prepared | None,
    prevalence: float,
    left_out: Mapping[str, Sequence[str]],
    study: Study,
) -> tuple[str, ...]:
    covariates_from = (
        ASSUMED
        if prepared is None
        else "Covariates are drawn to be like those of the table: each with its distribution and "
        "its share of missing values, together with their rank correlations."
    )
    known = "assumed" if prepared is None else "that of the table"
    said = [
        covariates_from,
        f"{100 * prevalence:.0f} % have the event ({known}).",
        (
            "Every covariate acts a little, linearly in the logit, in a direction that is drawn "
            "anew for each study; the AUROC is that of the true probability, which no model can "
            "exceed."
        ),
        "Patients are independent, and every label is known.",
        (
            "A study has fewer samples than a training, and audits of the collected table are not "
            "foreseen: docs/planning.md says how well the forecast agrees all the same."
        ),
    ]
    if study.cluster is not None:
        said[3] = "Patients of one cluster are taken to be no more alike than others."
    told = [s.name for s in study.learners if s.learner == "expected" or s.prior is not None]
    if told:
        said.append(
            f"What {listed(told)} is told beforehand is as often wrong as right in these studies: "
            f"where it is right, there is more to be found."
        )
    if study.global_test:
        said.append(
            f"The global test asks of the label alone; what else takes part in that of a training "
            f"({listed(study.global_test)}) is not simulated. Where it says more, something is "
            f"said to be there in more studies; whether a model predicts does not depend on it."
        )
    said += [f"Left out, because {why % listed(who)}." for why, who in left_out.items() if who]
    return tuple(said)
