"""Where a result comes from: versions, commit, time."""

from __future__ import annotations

import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version

PARTS = "parts"
"""What a model's provenance calls the files of a table that it was trained on by part."""
_PACKAGES = ("predictor", "numpy", "scipy", "scikit-learn", "lightgbm", "shap", "duckdb", "mlflow")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that make the numbers."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def commit() -> str | None:
    """The git commit of the working directory, None outside a checkout."""
    git = shutil.which("git")
    if git is None:
        return None
    found = subprocess.run(
        [git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False, timeout=10
    )
    return found.stdout.strip() if found.returncode == 0 else None
