"""Random effects across centres with known truth: do the intervals hold what they promise?

    python benchmarks/centres.py [runs]    # half an hour

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
from predictor.validation.centres import FEWEST_IN_A_CENTRE
from predictor.validation.new_patients import NewPatients

# standard deviation of a_j and of b_j
HETEROGENEITY = {"none": (0.0, 0.0), "some": (0.25, 0.15), "much": (0.6, 0.35)}
CENTRES = (3, 5, 9, 20)
MEASURES = ("auroc", "observed_expected", "calibration_slope")
SMALLEST, LARGEST, SETS_OF_SIZES = 30, 300, 20
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


def told(sizes, tau, rng, runs):
    """{measure: (runs, k, 2)} what centres of these sizes tell, value and error; nan without."""
    a, b = draw(tau, (runs, len(sizes)), rng)
    found = {name: [] for name in MEASURES}
    for j, n in enumerate(sizes):
        logit = rng.normal(MEAN_LOGIT, SPREAD, (runs, n))
        y = (rng.random((runs, n)) < expit(a[:, j, None] + b[:, j, None] * logit)).astype(float)
        p, events = expit(logit), y.sum(axis=1)
        enough = np.minimum(events, n - events) >= FEWEST_IN_A_CENTRE
        for name in MEASURES:
            scale = SCALES[name]
            with np.errstate(invalid="ignore", divide="ignore"):
                numbers = np.stack([scale.to(scale.measure(y, p)), scale.error(y, p)], axis=-1)
            known = enough & np.isfinite(numbers).all(axis=-1)
            found[name].append(np.where(known[:, None], numbers, np.nan))
    return {name: np.stack(values, axis=1) for name, values in found.items()}


def main(runs):
    print("                            tau | mean: HK or z, HK, HK ad hoc | new, plug-in | widths")
    for amount, tau in HETEROGENEITY.items():
        for k in CENTRES:
            rng = np.random.default_rng([k, len(amount)])
            truths = truth(*draw(tau, 50_000, rng))
            mean, spread = truths.mean(axis=0), truths.std(axis=0)
            parts = []
            for _ in range(SETS_OF_SIZES):
                sizes = np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), k)).astype(int)
                parts.append(told(sizes, tau, rng, runs // SETS_OF_SIZES))
            new = truth(*draw(tau, SETS_OF_SIZES * (runs // SETS_OF_SIZES), rng))
            for m, name in enumerate(MEASURES):
                numbers = np.concatenate([part[name] for part in parts])
                by_run = [run[np.isfinite(run).all(axis=-1)] for run in numbers]
                line = coverage(by_run, mean[m], new[:, m])
                print(f"{amount:5} {k:<2} {name:18} {spread[m]:.2f} | {line}", flush=True)


def shared(runs, k=5, tau=HETEROGENEITY["some"]):
    """The same of what hospitals share (`for_others`), beside the exact numbers."""
    rng = np.random.default_rng(1)
    mean = truth(*draw(tau, 50_000, rng)).mean(axis=0)
    by_run = {(name, how): [] for name in MEASURES for how in ("exact", "shared")}
    for _ in range(runs):
        a, b = draw(tau, k, rng)
        numbers = {key: [] for key in by_run}
        for j, n in enumerate(
            np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST), k)).astype(int)
        ):
            logit = rng.normal(MEAN_LOGIT, SPREAD, n)
            y = (rng.random(n) < expit(a[j] + b[j] * logit)).astype(float)
            exact = centre_performance("centre", NewPatients(y, None, 1), expit(logit))
            told = {"exact": exact, "shared": for_others(exact, int(rng.integers(2**60)))}
            for name, how in by_run:
                measured = told[how].measures.get(name)
                known = None if measured is None else on_scale(SCALES[name], measured)
                if known is not None:
                    numbers[name, how].append(known)
        for key, values in numbers.items():
            by_run[key].append(np.array(values))
    new = truth(*draw(tau, runs, rng))
    for (name, how), values in by_run.items():
        m = MEASURES.index(name)
        print(f"some  {k} {name:18} {how:6} | {coverage(values, mean[m], new[:, m])}", flush=True)


def coverage(by_run, mean, new):
    """Shares of runs in which intervals hold the mean, and the true value of a new centre."""
    groups = defaultdict(list)
    for run, numbers in enumerate(by_run):
        if len(numbers) >= 3:
            groups[len(numbers)].append(run)
    held = defaultdict(list)
    for known, which in groups.items():
        y, error = np.moveaxis(np.array([by_run[run] for run in which]), -1, 0)
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
        held["plug-in"] += ((found.plug_in_low <= ahead) & (ahead <= found.plug_in_high)).tolist()
        held["plug-in width"] += (found.plug_in_high - found.plug_in_low).tolist()
        held["width"] += (found.new_high - found.new_low).tolist()
    shares = {name: np.mean(values) for name, values in held.items()}
    return (
        f"{shares['mean']:.3f} {shares['HK']:.3f} {shares['HKmod']:.3f} | {shares['new']:.3f} "
        f"{shares['plug-in']:.3f} | {np.median(held['width']):.2f} "
        f"{np.median(held['plug-in width']):.2f} | {len(held['mean'])}"
    )


if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    main(times)
    shared(times)
