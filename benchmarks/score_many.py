"""Scoring many patients, beside what people write for it: pandas, scikit-learn or LightGBM, shap.

    python benchmarks/score_many.py [--patients N] [--runs R]
    python benchmarks/score_many.py --growth [--runs R]

Makes its own tables and models in a temporary folder. Each run is a process of its own; reading and
writing are counted, imports and training are not. The pipeline of the peer has neither range nor
flags nor checks. Runs alternate; medians of the seconds by the clock and of the processor, and the
peak of memory. Exits 1 if ours with everything takes longer than the peer for `ridge`, or 1.5 times
as long for `lightgbm`, or a fourth of it without the range.

With ``--growth``: one patient, 1,000, 10,000, 100,000 and 1,000,000 with everything, and how much
longer ten times the patients take once the time of one patient is taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "crps_esketamine.yaml"
NUMBERS = [
    "nrs_t0", "disease_duration_years", "bmi_kg_m2", "hads_anxiety", "hads_depression",
    "n_prior_interventions", "age_years", "skin_temp_diff_c",
]  # fmt: skip
LEVELS = ["smp_status", "sex", "temperature_phenotype", "pain_pattern"]
GROWTH = (1, 1_000, 10_000, 100_000, 1_000_000)
ENVIRONMENT = {name: v for name, v in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def peer(kind: str) -> None:
    """The pipeline that people write."""
    import warnings

    warnings.filterwarnings("ignore")
    import lightgbm
    import numpy as np
    import pandas as pd
    import shap
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    trained = pd.read_csv("crps.csv")
    fell = trained.nrs_t0 - trained.nrs_t2 >= 2
    y = (fell | (trained.success_t2.astype(str).str.lower() == "true")).astype(int)
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), LEVELS),
    )
    X = columns.fit_transform(trained)
    if kind == "ridge":
        model = LogisticRegression().fit(X, y)
    else:
        model = lightgbm.LGBMClassifier(
            n_estimators=60, num_leaves=4, min_child_samples=5, verbose=-1
        ).fit(X, y)

    def work() -> None:
        Z = columns.transform(pd.read_csv("new.csv"))
        probability = model.predict_proba(Z)[:, 1]
        linear = kind == "ridge"
        explainer = shap.LinearExplainer(model, X) if linear else shap.TreeExplainer(model)
        pd.DataFrame(np.c_[probability, explainer.shap_values(Z)]).to_csv("peer.csv")

    timed(work)


def ours(kind: str, table: str, *, with_range: bool) -> None:
    """`predictor score`, as the command calls it."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # as `predictor.cli.program` does
    from predictor.cli.imports import quick_imports

    with quick_imports():
        from predictor.workflows import score_file

    def work() -> None:
        score_file(
            f"models/crps-esketamine/latest/{kind}",
            table,
            Path("scores.csv"),
            with_range=with_range,
        )

    timed(work)


def timed(work: Any) -> None:
    """Print what a piece of work took."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    took = time.perf_counter() - clock, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"clock": took[0], "processor": took[1], "memory": peak}))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--only", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        what, kind, table = options.only
        if what == "peer":
            peer(kind)
        else:
            ours(kind, table, with_range=what == "with everything")
        return 0
    sizes = GROWTH if options.growth else (options.patients,)
    with tempfile.TemporaryDirectory() as folder:
        predictor = [sys.executable, "-m", "predictor"]
        learners = ["--learner", "ridge", "--learner", "lightgbm"]
        for command in (
            ["simulate", "crps.csv", "--published", "--quiet"],
            *(
                ["simulate", f"{n}.csv", "--patients", str(n), "--seed", "7", "--quiet"]
                for n in sizes
            ),
            ["train", str(CONFIG), "--data", "crps.csv", "--quiet", *learners],
        ):
            subprocess.run([*predictor, *command], cwd=folder, check=True, capture_output=True)
        if options.growth:
            growth(folder, options.runs)
            return 0
        Path(folder, f"{options.patients}.csv").rename(Path(folder, "new.csv"))
        return measured(folder, options.runs)


def once(folder: str, what: str, kind: str, table: str = "new.csv") -> dict[str, float]:
    """What a process of its own took."""
    done = subprocess.run(
        [sys.executable, __file__, "--only", what, kind, table],
        cwd=folder,
        env=ENVIRONMENT,
        check=True,
        capture_output=True,
        text=True,
    )
    took: dict[str, float] = json.loads(done.stdout)
    return took


def growth(folder: str, runs: int) -> None:
    """Print the least seconds of tables of growing size, and how they grow."""
    print(
        f"{'what':26} {'clock s':>8} {'processor s':>12} {'MB':>6} {'times, clock':>13} "
        f"{'processor':>10}"
    )
    for kind in ("ridge", "lightgbm"):
        start: dict[str, float] = {}
        before: dict[str, float] = {}
        for patients in GROWTH:
            tries = [once(folder, "with everything", kind, f"{patients}.csv") for _ in range(runs)]
            least = {key: min(run[key] for run in tries) for key in tries[0]}
            start = start or least
            own = {key: least[key] - start[key] for key in ("clock", "processor")}
            factors = [own[key] / before[key] if before else float("nan") for key in own]
            before = own if patients > 1 else {}
            print(
                f"{f'{kind}, {patients:,}':26} {least['clock']:8.2f} {least['processor']:12.2f} "
                f"{least['memory']:6.0f} {factors[0]:13.1f} {factors[1]:10.1f}",
                flush=True,
            )


def measured(folder: str, runs: int) -> int:
    """Print a table, and return whether a limit is exceeded."""
    limits = {"ridge": 1.0, "lightgbm": 1.5}
    names = ("peer", "with everything", "without range")
    worst = 0
    print(f"{'what':28} {'clock s':>8} {'processor s':>12} {'MB':>6} {'of the peer':>12}")
    for kind, limit in limits.items():
        found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        for _ in range(runs):
            for name in names:
                found[name].append(once(folder, name, kind))
        median = {
            name: {key: statistics.median(run[key] for run in each) for key in each[0]}
            for name, each in found.items()
        }
        for name, each in median.items():
            share = each["clock"] / median["peer"]["clock"]
            print(
                f"{f'{kind}, {name}':28} {each['clock']:8.2f} {each['processor']:12.2f} "
                f"{each['memory']:6.0f} {share:12.2f}"
            )
            most = {"peer": 1.0, "with everything": limit, "without range": 0.25}[name]
            worst |= share > most
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
