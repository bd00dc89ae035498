"""How cautious should ridge be: what should the penalty that was chosen be multiplied by?

    OMP_NUM_THREADS=1 python benchmarks/caution.py FOLDER --draws 300

Patients are drawn from a table, ridge is trained on them with each caution, and tried on all
others: real tables of FOLDER, and simulated patients (`benchmarks/populations.py`). Printed are the
log loss with the present caution and what another one adds to it, times 1000, with the standard
error over draws; and the median of the calibration slope, above 1 where probabilities are too
timid. Draws of one table overlap: their standard error says how well the table's number is known,
and a table counts as one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from populations import Population

from predictor.learners.ridge import Ridge
from predictor.statistics import calibration_slope, log_loss
from predictor.workflows import prepare

ROOT = Path(__file__).parents[1]
CAUTIONS = (1.0, 1.25, 1.5, 2.0)
PRESENT = CAUTIONS.index(1.5)
STUDIES = ("ashar_backpain", "cdystonia", "oa_placebo_duloxetine", "strep_tb")
SIMULATED = ((0.5, 10), (0.6, 10), (0.7, 10), (0.8, 10), (0.7, 20))
OTHERS = 1500  # patients of a simulated table, to be tried on


def real(folder: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Name, covariates and labels of real tables."""
    for name in STUDIES:
        prepared = prepare(ROOT / "configs" / f"{name}.yaml", folder / f"{name}.csv")
        yield name, prepared.matrix.X, prepared.labelled.y
    table = pd.read_csv(folder / "licorice_gargle.csv").dropna(subset=["sore30"])
    before = [c for c in table if c.startswith("preOp_")] + ["treat", "intraOp_surgerySize"]
    yield "licorice_gargle", table[before].to_numpy(float), table["sore30"].to_numpy(float)
    table = pd.get_dummies(pd.read_csv(folder / "birthwt.csv"), columns=["race"], drop_first=True)
    yield (
        "birthwt",
        table.drop(columns=["low", "bwt"]).to_numpy(float),
        table["low"].to_numpy(float),
    )
    table = pd.read_csv(folder / "dcurves_df_binary.csv")
    columns = table[["age", "famhistory", "marker"]].to_numpy(float)
    yield "dcurves", columns, table["cancer"].to_numpy(float)


def tried(
    X: np.ndarray, y: np.ndarray, patients: int, draws: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Log loss and slope (draws, cautions) on the patients who were not drawn."""
    weights = np.zeros((draws, len(y)))
    for row in weights:
        row[rng.choice(len(y), patients, replace=False)] = 1
    losses, slopes = [], []
    for caution in CAUTIONS:
        p = Ridge(caution=caution).fit_replicates(X, y, weights).probability
        losses.append(log_loss(y, p, weights=1 - weights))
        slopes.append(calibration_slope(y, p, weights=1 - weights))
    loss, slope = np.array(losses).T, np.array(slopes).T
    known = ~np.isnan(loss).any(axis=1)
    return loss[known], slope[known]


def line(name: str, patients: int, loss: np.ndarray, slope: np.ndarray) -> str:
    """A line of the table."""
    cells = [name, f"{patients}", f"{loss[:, PRESENT].mean():.3f}"]
    for k in range(len(CAUTIONS)):
        if k != PRESENT:
            added = 1000 * (loss[:, k] - loss[:, PRESENT])
            cells.append(f"{added.mean():+.1f} ({added.std() / np.sqrt(len(added)):.1f})")
    cells.append(" / ".join(f"{value:.2f}" for value in np.nanmedian(slope, axis=0)))
    return f"| {' | '.join(cells)} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--draws", type=int, default=300)
    chosen = options.parse_args()
    others = [f"{c:g}" for k, c in enumerate(CAUTIONS) if k != PRESENT]
    print(f"| table | trained on | log loss, {CAUTIONS[PRESENT]:g} | {' | '.join(others)} "
          f"| slope, {' / '.join(f'{c:g}' for c in CAUTIONS)} |\n{'|---' * 7}|")  # fmt: skip
    for number, (name, X, y) in enumerate(real(chosen.folder)):
        for patients in sorted({min(48, len(y) // 2), len(y) // 2}):
            rng = np.random.default_rng([number, patients])
            print(line(name, patients, *tried(X, y, patients, chosen.draws, rng)), flush=True)
    for number, (auroc, covariates) in enumerate(SIMULATED):
        for patients in (48, 100, 300):
            rng = np.random.default_rng([100 + number, patients])
            parts = []
            # a new table for every tenth of the draws, so that no table decides
            for _ in range(10):
                X, y, _ = Population(auroc, covariates).draw(OTHERS + patients, rng)
                parts.append(tried(X, y, patients, chosen.draws // 10, rng))
            loss, slope = (np.vstack(each) for each in zip(*parts, strict=True))
            print(line(f"AUROC {auroc}, {covariates} columns", patients, loss, slope), flush=True)


if __name__ == "__main__":
    main()
