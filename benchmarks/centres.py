"""Random effects across centres with known truth: do the intervals hold what they promise?

    python benchmarks/centres.py [runs]

A finished model gives every patient a logit; in centre j the truth is ``a_j + b_j logit`` with a_j
and b_j normal around 0 and 0.9. Centres have 30 to 300 patients (log-uniform). What is asked of the
mean of centres is the mean of their true values on the scale of the summary; of a new centre, its
true value. Written into docs/centres.md.
"""

from __future__ import annotations

import sys
from collections import defaultdict

import numpy as np
from scipy.special import expit, stdtrit

from predictor.statistics import random_effects
from predictor.validation import SCALES, centre_performance, for_others, on_scale
from predictor.validation.new_patients import NewPatients

# standard deviation of a_j and of b_j
HETEROGENEITY = {"none": (0.0, 0.0), "some": (0.25, 0.15), "much": (0.6, 0.35)}
CENTRES = (3, 5, 9, 20)
MEASURES = ("auroc", "observed_expected", "calibration_slope")
MEAN_LOGIT, SPREAD, SLOPE = -0.4, 1.0, 0.9
_GRID = MEAN_LOGIT + SPREAD * np.sqrt(2) * np.polynomial.hermite.hermgauss(80)[0]
_MASS = np.polynomial.hermite.hermgauss(80)[1] / np.sqrt(np.pi)


def truth(a, b):
    """(..., 3) logit AUROC, log O:E and slope of centres, by quadrature over the logit."""
    risk = expit(np.asarray(a)[..., None] + np.asarray(b)[..., None] * _GRID)
    event, other = _MASS * risk, _MASS * (1 - risk)
    event, other = (w / w.sum(axis=-1, keepdims=True) for w in (event, other))
    below = np.cumsum(other, axis=-1) - other / 2
    area = (event * below).sum(axis=-1)
    ratio = (_MASS * risk).sum(axis=-1) / (_MASS * expit(_GRID)).sum()
    return np.stack([np.log(area / (1 - area)), np.log(ratio), np.asarray(b)], axis=-1)


def draw(tau, size, rng):
    """a_j and b_j of centres."""
    return rng.normal(0, tau[0], size), rng.normal(SLOPE, tau[1], size)


def one(k, tau, rng):
    """What k centres tell: exact and coarse, (value, error) of each measure by centre."""
    told = {True: defaultdict(list), False: defaultdict(list)}
    a, b = draw(tau, k, rng)
    for j, n in enumerate(np.exp(rng.uniform(np.log(30), np.log(300), k)).astype(int)):
        logit = rng.normal(MEAN_LOGIT, SPREAD, n)
        y = (rng.random(n) < expit(a[j] + b[j] * logit)).astype(float)
        exact = centre_performance("centre", NewPatients(y, None, 1), expit(logit))
        for coarse in (False, True):
            found = for_others(exact, int(rng.integers(2**60))) if coarse else exact
            for name in MEASURES:
                measured = found.measures.get(name)
                numbers = None if measured is None else on_scale(SCALES[name], measured)
                if numbers is not None:
                    told[coarse][name].append(numbers)
    return told


def main(runs):
    print("heterogeneity k measure        coarse tau   mean  HK    HKmod | new   new,k-1 | width")
    for amount, tau in HETEROGENEITY.items():
        for k in CENTRES:
            rng = np.random.default_rng([k, len(amount)])
            mean = truth(*draw(tau, 200_000, rng)).mean(axis=0)
            spread = truth(*draw(tau, 200_000, rng)).std(axis=0)
            all_told = [one(k, tau, rng) for _ in range(runs)]
            new = truth(*draw(tau, runs, rng))
            for m, name in enumerate(MEASURES):
                for coarse in (False, True):
                    line = coverage([t[coarse][name] for t in all_told], mean[m], new[:, m])
                    print(f"{amount:13} {k:<2} {name:18} {coarse!s:5} {spread[m]:.2f}  {line}",
                          flush=True)  # fmt: skip


def coverage(told, mean, new):
    """Shares of runs in which intervals hold the mean, and the true value of a new centre."""
    groups = defaultdict(list)
    for run, numbers in enumerate(told):
        if len(numbers) >= 3:
            groups[len(numbers)].append(run)
    held = defaultdict(list)
    for known, which in groups.items():
        y, error = np.moveaxis(np.array([told[run] for run in which]), -1, 0)
        found = random_effects(y, error)
        total = (1 / (error**2 + found.tau[:, None] ** 2)).sum(axis=-1)
        weights = 1 / (error**2 + found.tau[:, None] ** 2)
        square = (weights * (y - found.mean[:, None]) ** 2).sum(axis=-1) / (known - 1)
        t = stdtrit(known - 1, 0.975)
        off, ahead = np.abs(mean - found.mean), new[which]
        held["mean"] += ((found.low <= mean) & (mean <= found.high)).tolist()
        held["HK"] += (off <= t * np.sqrt(square / total)).tolist()
        held["HKmod"] += (off <= t * np.sqrt(np.maximum(square, 1) / total)).tolist()
        held["new"] += ((found.new_low <= ahead) & (ahead <= found.new_high)).tolist()
        reach = t * np.sqrt(found.tau**2 + found.standard_error**2)
        held["new,k-1"] += (np.abs(ahead - found.mean) <= reach).tolist()
        held["width"] += (found.new_high - found.new_low).tolist()
    shares = {name: np.mean(values) for name, values in held.items()}
    return (
        f"{shares['mean']:.3f} {shares['HK']:.3f} {shares['HKmod']:.3f} | {shares['new']:.3f} "
        f"{shares['new,k-1']:.3f} | {np.median(held['width']):.2f}  runs {len(held['mean'])}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
