"""What a study may not ask for where nobody has all its patients, and what to do instead."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from predictor.errors import StudyError
from predictor.learners import make
from predictor.learners.lightgbm import LightGBM
from predictor.learners.parted import why_not_by_part
from predictor.study import LearnerSpec, Study
from predictor.validation.cells import bins_for, bytes_of_cohort, bytes_of_replicate

_HISTOGRAMS = 3 * 2**29  # bytes of those of a learner's bootstrap, and of resampled cohorts
_IN_MEMORY = "or train without --by-part, on a random sample of the patients if they are too many"


def check_by_part(study: Study) -> None:
    """Refuse keys and learners of a study that need all patients in one memory.

    Raises
    ------
    StudyError
        Naming all of them, each with the reason and a way out.
    """
    faults = [f"{study.file}: {fault}; {_IN_MEMORY}" for fault in _faults(study)]
    if faults:
        raise StudyError("\n".join(faults))


def _faults(study: Study) -> Iterator[str]:
    if study.visits is not None:
        yield (
            "visits: the visits of a patient may lie in several parts; make a table of one row per "
            "patient"
        )
    if study.cluster is not None:
        yield (
            f"columns.{study.cluster}: patients of one cluster or centre may lie in several parts, "
            f"whose folds would separate them; give the column another role if they are independent"
        )
    if study.outcome.alternatives:
        yield (
            "outcome.alternatives: learners would be trained again for each definition; make each "
            "a study of its own, or leave them out"
        )
    if study.outcome.graded is not None:
        yield "outcome.graded: grades are not summed over parts; leave it out, the label is learned"
    if study.expected:
        yield "expected: directions are tested over all patients at once; leave it out"
    if study.global_test:
        yield "global_test: patients are shuffled over all of the table; leave it out"
    if study.groups:
        yield (
            "groups: models are not looked at in groups by part; leave it out, and test the saved "
            "model in each group with `predictor validate`"
        )
    if study.validation.forward is not None:
        yield (
            "validation.forward: days are not sorted over all parts; leave it out, and test the "
            "saved model in later patients with `predictor validate`"
        )
    yield from _too_many_samples(study)
    for spec in study.learners:
        why = _why_not(spec)
        if why is not None:
            yield f"learners.{spec.name}{why}"


def _too_many_samples(study: Study) -> Iterator[str]:
    bins = bins_for(study.validation.thresholds)
    asked = study.validation.for_patients(sys.maxsize)  # of what is left out, the most there are
    replicates, most = asked.bootstrap.replicates, _HISTOGRAMS // bytes_of_replicate(bins)
    if asked.bootstrap.resamples is not None:
        yield (
            "validation.bootstrap.resamples: rows are not numbered over parts; give replicates "
            "instead"
        )
    elif replicates > most:
        yield (
            f"validation.bootstrap.replicates: histograms of {replicates} models may take "
            f"{_gigabytes(replicates * bytes_of_replicate(bins))} for each learner; give at most "
            f"{most}"
        )
    folds, cohorts = asked.cross_validation.folds, asked.interval.resamples
    together = _HISTOGRAMS // bytes_of_cohort(bins, 1)
    if folds * cohorts > together:
        yield (
            f"validation.interval.resamples: histograms of {cohorts} cohorts in {folds} folds may "
            f"take {_gigabytes(cohorts * bytes_of_cohort(bins, folds))} for each learner; give at "
            f"most {together // folds}, or fewer folds (folds times resamples are at most "
            f"{together})"
        )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _why_not(spec: LearnerSpec) -> str | None:
    if spec.model is not None:
        return (
            ": a model that stands as it is learns nothing by part; test it in the same patients "
            "with `predictor validate`"
        )
    if spec.prior is not None:
        return ".prior: learners by part start from no other model; leave it out"
    if spec.splines:
        return (
            ".splines: knots are quantiles of all patients, which no part has; leave them out, or "
            "give powers of the covariate in the pipeline"
        )
    learner = make(spec.learner, **spec.parameters)
    if isinstance(learner, LightGBM):
        return None
    why = why_not_by_part(learner)
    return None if why is None else f": {why}"
