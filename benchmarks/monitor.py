"""What the limits of ``predictor monitor`` hold, and how soon a change is seen.

Models that are right, and models that go wrong in a stated way from the first patient or after 120
patients, are watched in 24 periods of 20 patients; limits are for 5 % false alarms in 12 periods.
For drift, patients of 12 periods who are alike, or change after six.

    nice python benchmarks/monitor.py            # tables of docs/monitoring.md, a few minutes
    nice python benchmarks/monitor.py --quick    # fewer watches
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.special import expit

from predictor.statistics import (
    Change,
    cusum,
    cusum_limits,
    cusum_of_p,
    cusum_of_p_limits,
    newest_against_earlier,
    rate_of_looks,
    since,
)
from predictor.validation.watches import CHARTS

PERIODS, EACH, PLANNED, SHARE, LATE = 24, 20, 12, 0.05, 6
# mean and standard deviation of the linear predictor
MODELS = {
    "AUROC 0.70, half": (0.0, 0.8),
    "AUROC 0.70, 3 in 10": (-0.95, 0.8),
    "AUROC 0.80, half": (0.0, 1.35),
    "AUROC 0.80, 3 in 10": (-1.1, 1.35),
}
TRUTHS = {
    "right": Change(),
    "odds doubled": Change(odds=2.0),
    "odds halved": Change(odds=0.5),
    "slope 0.5": Change(slope=0.5),
    "nothing predicts": Change(slope=0.0),
}


def first_alarms(rng, limits, logits, centre, true, start):
    """The period of the first alarm, PERIODS where there is none."""
    before, after = Change(), true
    outcomes = []
    for number, logit in enumerate(logits):
        change = after if number >= start else before
        outcomes.append((rng.random(EACH) < expit(change.logit(logit, centre))).astype(float))
    alarm = (cusum(logits, outcomes, list(CHARTS.values()), centre) > limits).any(axis=1)
    return int(np.argmax(alarm)) if alarm.any() else PERIODS


def charts(watches, drawn):
    rate = rate_of_looks(SHARE, PLANNED)
    print("| model | truth | alarm in 12 periods | in 24 | patients | after 120 right |")
    print("|---|---|---|---|---|---|")
    for name, (mean, deviation) in MODELS.items():
        rng = np.random.default_rng(1)
        first = {truth: [] for truth in TRUTHS}
        late = {truth: [] for truth in TRUTHS}
        for watch in range(watches):
            logits = [rng.normal(mean, deviation, EACH) for _ in range(PERIODS)]
            limits = cusum_limits(
                logits, list(CHARTS.values()), mean, rate=rate, entropy=[watch, 7]
            )
            for truth, change in TRUTHS.items():
                for _ in range(drawn):
                    first[truth].append(first_alarms(rng, limits, logits, mean, change, 0))
                    late[truth].append(first_alarms(rng, limits, logits, mean, change, LATE))
        for truth in TRUTHS:
            found, after = np.array(first[truth]), np.array(late[truth])
            after = after[after >= LATE] - LATE
            print(
                f"| {name} | {truth} | {np.mean(found < PLANNED):.3f} | "
                f"{np.mean(found < PERIODS):.3f} | {until(found, PERIODS)} | "
                f"{until(after, PERIODS - LATE)} |",
                flush=True,
            )


def until(found, periods):
    """Patients until half of the watches have an alarm."""
    half = int(np.median(found))
    return f"{EACH * (half + 1)}" if half < periods else f"> {EACH * periods}"


def drift(watches):
    rate = rate_of_looks(SHARE, PLANNED)
    limits = cusum_of_p_limits(PLANNED - 1, rate=rate / 2, entropy=[5])
    print("\n| patients | alarm in 12 periods |", "|---|---|", sep="\n")
    for name, shift, missing in (
        ("alike", 0.0, 0.05),
        ("linear predictor 0.5 standard deviations higher after 120", 0.5, 0.05),
        ("linear predictor 1 standard deviation higher after 120", 1.0, 0.05),
        ("a covariate missing in 30 %, not 5 %, after 120", 0.0, 0.3),
    ):
        rng = np.random.default_rng(2)
        alarms = []
        for watch in range(watches):
            periods = []
            for number in range(PLANNED):
                values = rng.normal(size=(EACH, 5)) + shift * (number >= LATE) * np.eye(5)[0]
                share = missing if number >= LATE else 0.05
                gaps = rng.random((EACH, 5)) < np.where(np.arange(5) == 0, share, 0.05)
                periods.append(np.column_stack([values, values[:, :1] ** 2, gaps]))
            found = cusum_of_p([s.p for s in newest_against_earlier(periods, entropy=[watch, 3])])
            alarms.append(bool((found > limits).any()))
        print(f"| {name} | {np.mean(alarms):.3f} |", flush=True)
    print("\n| patients | alarm against the training in 12 periods |", "|---|---|", sep="\n")
    for shift in (0.0, 0.25, 0.5, 1.0):
        rng, alarms = np.random.default_rng(3), []
        for _ in range(20 * watches):
            trained = rng.normal(size=48)
            values = rng.normal(shift, 1.0, EACH * PLANNED)
            mean, deviation = round(float(trained.mean()), 1), float(trained.std())
            p = [
                since(values[: EACH * (k + 1)], mean, deviation, 48, step=0.1)
                for k in range(PLANNED)
            ]
            alarms.append(min(p) <= rate / 2)
        print(f"| {shift} standard deviations higher | {np.mean(alarms):.3f} |", flush=True)


if __name__ == "__main__":
    quick = "--quick" in sys.argv[1:]
    charts(10 if quick else 60, 10 if quick else 25)
    drift(40 if quick else 300)
