"""What people report today for the same cohort: estimates of the AUROC, some with an interval.

Each function takes covariates with gaps and outcomes, and gives an estimate and both ends of its
95 % interval (nan where people give none).
"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from predictor.learners import make

Answer = tuple[float, float, float]
STRENGTHS = np.geomspace(1e-3, 1e2, 15)


def single_split(X: np.ndarray, y: np.ndarray, seed: int) -> Answer:
    """Tune and train on 75 % of the patients, look at the other 25 %."""
    train, test = train_test_split(np.arange(len(y)), test_size=0.25, stratify=y, random_state=seed)
    model = make("ridge").fit(X[train], y[train])
    found = roc_auc_score(y[test], model.predict_proba(X[test])[:, 1])
    return hanley_mcneil(found, y[test])


def grid_search(X: np.ndarray, y: np.ndarray, seed: int) -> tuple[Answer, Answer]:
    """``GridSearchCV.best_score_``, and 5-fold cross-validation of the model it chose."""
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    pipeline = make_pipeline(
        SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=2000, tol=1e-4)
    )
    search = GridSearchCV(
        pipeline, {"logisticregression__C": STRENGTHS}, scoring="roc_auc", cv=folds
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        search.fit(X, y)
        others = StratifiedKFold(5, shuffle=True, random_state=seed + 1)
        scores = cross_val_score(search.best_estimator_, X, y, scoring="roc_auc", cv=others)
    spread = 1.96 * scores.std(ddof=1) / np.sqrt(len(scores))
    plain = (float(scores.mean()), float(scores.mean() - spread), float(scores.mean() + spread))
    return (float(search.best_score_), np.nan, np.nan), plain


def pooled_leave_one_out(X: np.ndarray, y: np.ndarray) -> Answer:
    """AUROC of the predictions for each patient by a model, tuned too, of all others."""
    n = len(y)
    left_out = make("ridge").fit_replicates(X, y, 1.0 - np.eye(n)).probability.diagonal()
    return hanley_mcneil(float(roc_auc_score(y, left_out)), y)


def hanley_mcneil(auroc: float, y: np.ndarray) -> Answer:
    """Interval from the AUROC and the numbers of patients (doi 10.1148/radiology.143.1.7063747)."""
    events, others = y.sum(), (1 - y).sum()
    q1, q2 = auroc / (2 - auroc), 2 * auroc**2 / (1 + auroc)
    variance = auroc * (1 - auroc) + (events - 1) * (q1 - auroc**2) + (others - 1) * (q2 - auroc**2)
    spread = 1.96 * np.sqrt(variance / (events * others))
    return auroc, auroc - spread, auroc + spread
