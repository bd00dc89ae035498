"""Plans of resampling as one matrix: how often each patient is in each training sample.

A bootstrap, a cross-validation and the bootstrap of a cross-validation differ only in the rows of
that matrix. Patients of one cluster always go together.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from predictor.errors import StudyError

Counts = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Folds:
    """Training and test samples of one or many repeated cross-validations.

    Attributes
    ----------
    training, testing
        (B, n) how often each patient is in the training and the test sample of a row; never both.
    repeat
        (B,) rows with the same number test every patient of their resample exactly once together.
    resample
        (B,) rows with the same number belong to the same resampled cohort.
    """

    training: Counts
    testing: Counts
    repeat: Integers
    resample: Integers

    def __len__(self) -> int:
        return len(self.training)

    def take(self, patients: npt.NDArray[np.bool_]) -> Folds:
        """The same of some of the patients, chosen by a mask (n,)."""
        return replace(self, training=self.training[:, patients], testing=self.testing[:, patients])


@dataclass(frozen=True, repr=False)
class KeptModels:
    """Resampled cohorts that are tested with the models of the folds of the cohort itself.

    Attributes
    ----------
    counts
        (R, n) how often each patient is in each resampled cohort.
    """

    counts: Counts

    @property
    def training(self) -> Counts:
        """(0, n): no further models are trained."""
        return self.counts[:0]

    def __len__(self) -> int:
        return len(self.counts)

    def take(self, patients: npt.NDArray[np.bool_]) -> KeptModels:
        """The same of some of the patients, chosen by a mask (n,)."""
        return KeptModels(self.counts[:, patients])


def bootstrap(
    patients: int,
    replicates: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
) -> Counts:
    """Draw with replacement as many patients (or clusters) as there are.

    Parameters
    ----------
    patients, replicates
        n and B.
    rng
        Source of randomness.
    clusters
        (n,) number of the cluster of each patient, from 0; None when patients are independent.

    Returns
    -------
    ndarray
        (B, n) counts; rows sum to n when there are no clusters.
    """
    units = patients if clusters is None else int(clusters.max()) + 1
    counts = np.empty((replicates, units))
    for row in counts:
        row[:] = np.bincount(rng.integers(0, units, units), minlength=units)
    return counts if clusters is None else counts[:, clusters]


def read_resamples(path: Path | str, patients: int) -> Counts:
    """Resamples from a CSV, so that a bootstrap can be repeated exactly.

    Parameters
    ----------
    path
        A header line, then one column per replicate of 1-based row numbers of the labelled
        patients in the order of the table, as many as there are labelled patients.
    patients
        How many labelled patients there are.

    Returns
    -------
    ndarray
        (B, n) counts.

    Raises
    ------
    StudyError
        If it is not such a table, was made for another number of patients, or names a row that
        does not exist.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            header, *lines = [line for line in csv.reader(file) if line] or [[]]
        rows = np.array([[int(cell) for cell in line] for line in lines], dtype=np.int64)
    except FileNotFoundError:
        raise StudyError(f"{path}: validation.bootstrap.resamples: there is no such file") from None
    except (ValueError, OverflowError, OSError, csv.Error):
        raise StudyError(
            f"{path}: expected a header line and then whole row numbers separated by commas, "
            f"one column per replicate"
        ) from None
    if not all(name.strip() for name in header):
        raise StudyError(
            f"{path}: a column has no name; if they are R's row names, write the file with "
            f"row.names = FALSE"
        )
    if rows.shape != (patients, len(header)):
        raise StudyError(
            f"{path}: expected {patients} lines below the header, one per labelled patient, and in "
            f"each as many numbers as the header has names; found {len(lines)} lines"
        )
    if rows.min() < 1 or rows.max() > patients:
        raise StudyError(
            f"{path}: row numbers must lie between 1 and {patients}, the labelled patients"
        )
    return np.array([np.bincount(column - 1, minlength=patients) for column in rows.T], dtype=float)


def cross_validation(
    strata: Integers | Counts,
    *,
    folds: int,
    repeats: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
) -> Folds:
    """Repeated stratified cross-validation.

    Parameters
    ----------
    strata
        (n,) whole numbers from 0, such as two labels; every fold gets about the same share of the
        patients of each.
    folds, repeats
        Number of parts, and how often the patients are dealt out anew.
    rng
        Source of randomness.
    clusters
        (n,) number of the cluster of each patient; None when patients are independent.

    Raises
    ------
    StudyError
        If there are fewer patients, or clusters, than folds.
    """
    units = len(strata) if clusters is None else len(np.unique(clusters))
    if units < folds:
        kind = "patients" if clusters is None else "clusters of patients"
        raise StudyError(
            f"validation.cross_validation.folds: {folds} folds need at least as many {kind}; "
            f"there are {units}"
        )
    return _folds_of(np.ones((1, len(strata))), strata, folds, repeats, rng, clusters)


def bootstrap_of_cross_validation(
    strata: Integers | Counts,
    *,
    resamples: int,
    folds: int,
    repeats: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
) -> Folds:
    """The whole cross-validation again in each of many resampled cohorts.

    Folds are dealt over patients, so that copies of one patient are never on both sides: with
    ``o`` the counts of a resample, training counts are ``o * (fold != k)`` and test counts
    ``o * (fold == k)``.
    """
    drawn = bootstrap(len(strata), resamples, rng, clusters)
    return _folds_of(drawn, strata, folds, repeats, rng, clusters)


def _folds_of(
    drawn: Counts,
    strata: Integers | Counts,
    folds: int,
    repeats: int,
    rng: np.random.Generator,
    clusters: Integers | None,
) -> Folds:
    training, testing, repeat, resample = [], [], [], []
    for number, counts in enumerate(drawn):
        for again in range(repeats):
            fold = deal(strata, counts > 0, folds, rng, clusters)
            for k in range(folds):
                training.append(counts * (fold != k))
                testing.append(counts * (fold == k))
                repeat.append(number * repeats + again)
                resample.append(number)
    return Folds(np.array(training), np.array(testing), np.array(repeat), np.array(resample))


def deal(
    strata: Integers | Counts,
    present: npt.NDArray[np.bool_],
    folds: int,
    rng: np.random.Generator,
    clusters: Integers | None = None,
) -> Integers:
    """Deal the patients who are present into folds, those of each stratum evenly.

    Returns
    -------
    ndarray
        (n,) fold of each patient, from 0; -1 for those not present.
    """
    fold = np.full(len(strata), -1)
    if clusters is None:
        rows = np.flatnonzero(present)
        shuffled = rows[rng.permutation(len(rows))]
        by_stratum = shuffled[np.argsort(strata[shuffled], kind="stable")]
        # dealing goes on from one stratum to the next, so that folds differ by at most one patient
        fold[by_stratum] = rng.permutation(folds)[np.arange(len(rows)) % folds]
        return fold
    # whole clusters, each to the fold that has the fewest of its kind of patients; the larger ones
    # first, but in random order among those of similar rank, or every repeat would be the same
    sizes = np.zeros((int(clusters.max()) + 1, int(strata.max()) + 1))
    np.add.at(sizes, (clusters[present], strata[present].astype(np.int64)), 1)
    filled = np.zeros((folds, sizes.shape[1]))
    of_cluster = np.full(len(sizes), -1)
    order = rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order].sum(axis=1), kind="stable")]
    for cluster in order[np.lexsort((rng.random(len(order)), np.arange(len(order)) // folds))]:
        if sizes[cluster].any():
            after = filled + sizes[cluster]
            crowding = _crowding(after) - _crowding(filled)
            chosen = int(np.argmin(crowding))
            filled[chosen] += sizes[cluster]
            of_cluster[cluster] = chosen
    fold[present] = of_cluster[clusters[present]]
    return fold


def _crowding(patients: Counts) -> Counts:
    """Squares of the patients of each stratum and of all; an empty fold gains the least."""
    crowding: Counts = (patients**2).sum(axis=1) + patients.sum(axis=1) ** 2
    return crowding
