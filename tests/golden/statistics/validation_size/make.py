"""Riley 2021's sample sizes by the program of its authors, of normal linear predictors.

Run in this folder with the package of session.txt installed: python make.py
"""

from __future__ import annotations

import contextlib
import io
import json
from importlib.metadata import version
from pathlib import Path

CASES = (
    {"prevalence": 0.018, "cstatistic": 0.8, "lpnormal": (-5, 2.5), "oeciwidth": 1.0},
    {"prevalence": 0.198, "cstatistic": 0.64, "lpnormal": (-1.47, 0.5), "threshold": 0.2},
    {"prevalence": 0.43, "cstatistic": 0.8, "lpnormal": (-0.35, 1.2), "threshold": 0.5},
)


def main() -> None:
    """Ask for each case, and write what is answered."""
    from pmvalsampsize.pmvalsampsize import pmvalsampsize  # not installed with the tests

    found = []
    for case in CASES:
        with contextlib.redirect_stdout(io.StringIO()):
            answer = pmvalsampsize(type="b", noprint=True, **case)
        needed = [int(row[1]) for row in answer["results_table"] if row[0].startswith("Criteria")]
        found.append({"asked": case, "needed": needed})
    Path("expected.json").write_text(json.dumps(found, indent=2) + "\n")
    Path("session.txt").write_text(
        "\n".join(f"{name} {version(name)}" for name in ("pmvalsampsize", "numpy", "scipy")) + "\n"
    )


if __name__ == "__main__":
    main()
