"""All samples of a study, drawn once and the same for every learner."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from predictor.cohort import Target
from predictor.study import ValidationSpec
from predictor.validation.resamples import (
    Counts,
    Folds,
    Integers,
    KeptModels,
    bootstrap,
    bootstrap_of_cross_validation,
    cross_validation,
    read_resamples,
)

_DIGITS = 32


@dataclass(frozen=True, repr=False)
class Plan:
    """All samples on which a study trains its learners; the same for every learner.

    Attributes
    ----------
    folds
        Repeated cross-validation of the cohort.
    interval
        The bootstrap of the cross-validation; in very large cohorts without training again.
    bootstrap
        (B, n) counts of the plain bootstrap.
    """

    folds: Folds
    interval: Folds | KeptModels
    bootstrap: Counts

    def take(self, patients: npt.NDArray[np.bool_]) -> Plan:
        """The same samples of some of the patients, chosen by a mask (n,)."""
        return Plan(
            self.folds.take(patients), self.interval.take(patients), self.bootstrap[:, patients]
        )

    def chunks(self, rows: int) -> list[Counts]:
        """Everybody once, then folds, interval and bootstrap, in pieces of at most so many rows.

        Where a learner computes replicates together, the last digits of a number depend on those
        beside it. So pieces are cut here, and not by whoever happens to compute them.
        """
        everybody = np.ones((1, self.bootstrap.shape[1]))
        whole = np.vstack([everybody, self.folds.training, self.interval.training, self.bootstrap])
        return [whole[k : k + rows] for k in range(0, len(whole), rows)]

    def digest(self, patients: Sequence[npt.NDArray[np.generic]], entropy: int) -> str:
        """What two plans share if they draw the same cohorts of the same patients, and no others.

        Parameters
        ----------
        patients
            Columns of (n,) numbers that tell who the patients are and what is predicted of them.
        entropy
            Of the whole table: without it nobody can try which samples, or patients, give this.

        Returns
        -------
        str
            32 hexadecimal digits over folds and resampled cohorts; the plain bootstrap, by which
            learners are not compared, has no part in them.
        """
        digest = hashlib.sha256(entropy.to_bytes(32, "big"))
        folds = [self.folds.training, self.folds.testing]
        interval = self.interval
        drawn = (
            [interval.counts]
            if isinstance(interval, KeptModels)
            else [interval.training, interval.testing, interval.repeat, interval.resample]
        )
        for array in (*patients, *folds, *drawn):
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()[:_DIGITS]


def draw_plan(
    target: Target,
    spec: ValidationSpec,
    rng: np.random.Generator,
    *,
    clusters: Integers | None = None,
    rows: Integers | None = None,
) -> Plan:
    """Draw the samples that a study asks for.

    Parameters
    ----------
    target
        Of n patients; folds are dealt by its strata.
    spec
        How many of what; what it leaves out is chosen for so many patients.
    rng
        Source of randomness; folds, interval and bootstrap each get a stream of their own.
    clusters
        (n,) number of the cluster of each patient, from 0; None when patients are independent.
    rows
        (n,) place of each patient in the table, in whose order a file of resamples counts; None
        if patients are in that order.

    Raises
    ------
    StudyError
        If there are fewer patients, or clusters, than folds, or the spec names a file of resamples
        that is not one.
    """
    spec = spec.for_patients(len(target))
    of_folds, of_interval, of_bootstrap = rng.spawn(3)
    folds, resamples = spec.cross_validation.folds, spec.interval.resamples
    interval: Folds | KeptModels
    if spec.interval.refit:
        interval = bootstrap_of_cross_validation(
            target.strata,
            resamples=resamples,
            folds=folds,
            repeats=spec.interval.repeats,
            rng=of_interval,
            clusters=clusters,
        )
    else:
        interval = KeptModels(bootstrap(len(target), resamples, of_interval, clusters))
    if spec.bootstrap.resamples is None:
        drawn = bootstrap(len(target), spec.bootstrap.replicates, of_bootstrap, clusters)
    else:
        drawn = read_resamples(spec.bootstrap.resamples, len(target))
        drawn = drawn if rows is None else drawn[:, rows]
    repeats = spec.cross_validation.repeats
    return Plan(
        cross_validation(
            target.strata, folds=folds, repeats=repeats, rng=of_folds, clusters=clusters
        ),
        interval,
        drawn,
    )
