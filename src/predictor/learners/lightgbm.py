"""Small boosted trees, with their size tuned inside every replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from predictor.learners.learner import Fits, Learner
from predictor.learners.lightgbm_library import Booster, Dataset, Parameters
from predictor.scorers.booster_text import read_booster
from predictor.scorers.contract import probability_of
from predictor.scorers.forest import Forest
from predictor.scorers.trees import TreeScorers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class LightGBM(Learner):
    """Boosted trees of very few leaves; leaves and number of trees chosen inside each fit.

    For each number of leaves, the models of all inner folds grow side by side in coarse steps;
    after every step the log loss of the held-out patients is read off, and the smallest one
    decides. No step at all (the prevalence) wins when trees never helped. The chosen size is then
    grown on the whole sample in finer steps, `coarseness` trees for each coarse one, which ranks
    patients better at no cost. Each split takes the best of one random threshold per column, which
    costs less variance than searching all thresholds ("extremely randomised").

    Weights are counts: a patient with weight 2 is two rows that are never split between inner
    folds; one with weight 0 has no influence whatever, not even on the bins of the trees.

    Parameters
    ----------
    leaves
        Numbers of leaves to choose from; 2 has no interactions.
    learning_rate
        Shrinkage of each tree.
    coarseness
        How many trees a step of the tuning stands for; its shrinkage is as many times larger.
    max_trees
        Most trees a model may have.
    patience
        Tuning stops when the loss has not improved for this many coarse steps.
    folds
        Inner folds over patients, stratified by outcome; fewer if an outcome has fewer patients,
        and if it has one only, nothing can be tuned and the model is the prevalence.
    tuning_patients
        Of more patients than these, leaves and trees are chosen on so many of them.
    min_patients
        Smallest leaf, in patients of average uncertainty: the sum of p (1 - p) over a leaf is at
        least `min_patients` times that of the prevalence.
    ridge
        Penalty on the squared values of the leaves.
    random_state
        Seed of the inner folds and the thresholds. A replicate's result does not depend on the
        others.

    Attributes
    ----------
    scorers_ : TreeScorers
        The B fitted models.
    failed_ : (B,) bool array
        Replicates that could not be fitted, because their sample has one outcome only.
    leaves_, trees_ : (B,) int arrays
        What was chosen; 0 is the prevalence, or failed.

    References
    ----------
    Friedman 2001, doi 10.1214/aos/1013203451 (boosting). Geurts et al. 2006,
    doi 10.1007/s10994-006-6226-1 (random thresholds). Ke et al. 2017, LightGBM, NeurIPS 30.
    """

    quick: ClassVar[bool] = False
    tuned: ClassVar[bool] = True

    def __init__(
        self,
        *,
        leaves: Sequence[int] = (2, 3, 4),
        learning_rate: float = 0.05,
        coarseness: int = 4,
        max_trees: int = 1000,
        patience: int = 4,
        folds: int = 5,
        tuning_patients: int = 20_000,
        min_patients: float = 5,
        ridge: float = 2,
        random_state: int = 0,
    ) -> None:
        self.leaves = leaves
        self.learning_rate = learning_rate
        self.coarseness = coarseness
        self.max_trees = max_trees
        self.patience = patience
        self.folds = folds
        self.tuning_patients = tuning_patients
        self.min_patients = min_patients
        self.ridge = ridge
        self.random_state = random_state

    def _fit_weighted(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        return self._fit_samples(X, y, weights, models=True)

    def _fit_for_probability(self, X: Floats, y: Floats, weights: Floats) -> Fits:
        return self._fit_samples(X, y, weights, models=False)

    def _fit_samples(self, X: Floats, y: Floats, weights: Floats, *, models: bool) -> Fits:
        X = np.ascontiguousarray(X)
        # All patients are put in order once, and the folds of a replicate dealt out in that order
        # to those present: they depend on nothing but the seed and the replicate itself.
        order = np.random.default_rng(self.random_state).permutation(len(y))

        fits = [
            self._fit_sample(X, y, counts, order, models=models)
            for counts in weights.astype(np.int64)
        ]
        kept = fits if models else []
        scorers = TreeScorers(
            forests=tuple(fit.forest for fit in kept),
            initial=np.array([fit.initial for fit in kept]),
            impute=np.array([fit.impute for fit in kept]).reshape(len(kept), X.shape[1]),
        )
        chosen = {
            "leaves": np.array([fit.leaves for fit in fits], dtype=np.int64),
            "trees": np.array([fit.trees for fit in fits], dtype=np.int64),
        }
        probability = np.array([fit.probability for fit in fits]).reshape(weights.shape)
        return Fits(scorers, probability, chosen)

    def _fit_sample(self, X: Floats, y: Floats, counts: Ints, order: Ints, *, models: bool) -> _Fit:
        rows = np.repeat(np.arange(len(y)), counts)
        sample, outcome = X[rows], y[rows]
        events = int(outcome.sum())
        if events in (0, len(rows)):
            nowhere = np.full(X.shape[1], np.nan)
            return _Fit(Forest.empty(), np.nan, nowhere, 0, 0, np.full(len(y), np.nan))
        prevalence = events / len(rows)
        initial = float(logit(prevalence))
        # NaN where the column has missing values: there the trees learn where to send them.
        impute = sample.mean(axis=0)
        forest, leaves, trees = Forest.empty(), 0, 0

        patients = order[counts[order] > 0]
        some = patients[: self.tuning_patients]
        fold = _inner_folds(y, some, self.folds)
        if fold.any():
            parameters = self.settings(prevalence)
            dataset = Dataset(sample, outcome, parameters)
            if len(some) == len(patients):
                leaves, trees = self._tune(dataset, outcome, fold[rows], parameters)
            else:
                part = np.flatnonzero(np.isin(rows, some)).astype(np.int32)
                leaves, trees = self._tune(
                    dataset.subset(part), outcome[part], fold[rows[part]], parameters
                )
        if trees:
            dataset.start_from(initial)
            booster = grown(dataset, parameters, leaves, trees)
            if not models:
                odds = initial + booster.log_odds(np.where(np.isnan(X), impute, X))
                return _Fit(forest, initial, impute, leaves, trees, probability_of(odds))
            forest = read_booster(booster.text())[0]
            trees = forest.trees
        scorer = TreeScorers((forest,), np.array([initial]), impute[None, :])
        return _Fit(forest, initial, impute, leaves, trees, scorer.probability(X)[0])

    def settings(self, prevalence: float) -> dict[str, float | str]:
        """LightGBM's parameters for patients of whom this share has the event."""
        return {
            "learning_rate": self.learning_rate,
            "extra_trees": True,
            "lambda_l2": self.ridge,
            # The size of leaves is held through the hessian, which is 0 for held-out rows;
            # LightGBM's own count of rows would include them.
            "min_sum_hessian_in_leaf": self.min_patients * prevalence * (1 - prevalence),
            "min_data_in_leaf": 1,
            "min_data_in_bin": 1,
            "feature_pre_filter": False,
            "force_col_wise": True,
            "deterministic": True,
            "num_threads": 1,
            "seed": self.random_state,
            "verbosity": -1,
        }

    def size(self, X: Floats, y: Floats, counts: Ints, prevalence: float) -> tuple[int, int]:
        """Leaves and trees for a sample, chosen on some of its patients.

        Parameters
        ----------
        X, y
            (n, p) and (n,) of patients, of whom at most `tuning_patients` are looked at.
        counts
            (n,) how often each is in the sample.
        prevalence
            Of the whole sample.
        """
        order = np.random.default_rng(self.random_state).permutation(len(y))
        some = order[counts[order] > 0][: self.tuning_patients]
        fold = _inner_folds(y, some, self.folds)
        if not fold.any():
            return 0, 0
        chosen = np.isin(np.arange(len(y)), some)
        rows = np.repeat(np.flatnonzero(chosen), counts[chosen])
        parameters = self.settings(prevalence)
        return self._tune(Dataset(X[rows], y[rows], parameters), y[rows], fold[rows], parameters)

    def _tune(
        self,
        dataset: Dataset,
        outcome: Floats,
        fold: Ints,
        parameters: Parameters,
    ) -> tuple[int, int]:
        """Return the leaves and the number of trees with the smallest held-out log loss."""
        least, chosen = np.inf, (0, 0)
        coarse = {**parameters, "learning_rate": self.coarseness * self.learning_rate}
        for leaves in self.leaves:
            losses = self._held_out_loss(dataset, outcome, fold, {**coarse, "num_leaves": leaves})
            steps = losses.index(min(losses))
            if losses[steps] < least:
                least = losses[steps]
                chosen = (leaves, steps * self.coarseness) if steps else (0, 0)
        return chosen

    def _held_out_loss(
        self,
        dataset: Dataset,
        outcome: Floats,
        fold: Ints,
        parameters: Parameters,
    ) -> list[float]:
        """Log loss summed over the held-out rows after 0, 1, 2, ... steps.

        One booster with one "class" for each fold grows the models of all folds at once. A fold's
        held-out rows have zero derivatives, so they do not influence its trees, but LightGBM keeps
        their scores up to date.
        """
        folds = int(fold.max()) + 1
        in_training = fold != np.arange(folds)[:, None]
        initial = logit(in_training @ outcome / in_training.sum(axis=1))[:, None]
        weight = in_training.astype(np.float64)
        held_out = (fold, np.arange(len(fold)))
        no_event = 1 - outcome
        booster = Booster(
            dataset, {**parameters, "objective": "none", "num_class": folds}, models=folds
        )
        losses: list[float] = []
        while True:
            p = expit(booster.read_score() + initial)
            # |p - no event| is the probability of what happened.
            losses.append(-float(np.log(np.abs(p[held_out] - no_event)).sum()))
            steps = len(losses) - 1
            if (
                steps == self.max_trees // self.coarseness
                or steps - losses.index(min(losses)) >= self.patience
            ):
                return losses
            booster.gradient[:] = (p - outcome) * weight
            booster.hessian[:] = p * (1 - p) * weight
            booster.step()


def grown(dataset: Dataset, parameters: Parameters, leaves: int, trees: int) -> Booster:
    """Trees of so many leaves for the outcome of the dataset."""
    booster = Booster(dataset, {**parameters, "objective": "binary", "num_leaves": leaves})
    booster.steps(trees)
    return booster


@dataclass(frozen=True)
class _Fit:
    """One fitted replicate."""

    forest: Forest
    initial: float
    impute: Floats
    leaves: int
    trees: int
    probability: Floats


def _inner_folds(y: Floats, patients: Ints, folds: int) -> Ints:
    """Fold of every patient, dealt out to `patients` in turn, first events; all 0 if impossible."""
    event = y[patients] == 1
    folds = min(folds, int(event.sum()), int((~event).sum()))
    fold = np.zeros(len(y), dtype=np.int64)
    fold[np.concatenate([patients[event], patients[~event]])] = np.arange(len(patients)) % folds
    return fold
