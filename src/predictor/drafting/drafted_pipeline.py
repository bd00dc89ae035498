"""The feature pipeline of a draft: one line per baseline covariate."""

from __future__ import annotations

from collections.abc import Sequence

from predictor.cohort.sql_names import as_written
from predictor.printable import visible


def pipeline_text(ids: Sequence[str], covariates: Sequence[str], table: str) -> str:
    """A query that returns the identifiers and these columns as they are."""
    lines = ",\n".join(f"    {as_written(name)}" for name in (*ids, *covariates))
    return (
        f"-- Covariates, drafted from {' '.join(visible(table).split())}: what seems to be known\n"
        f"-- before the treatment. Delete those of which nobody expects that they predict; the\n"
        f"-- fewer, the better. A line may be an expression: ln(1 + duration) AS log_duration\n"
        f"SELECT\n{lines}\nFROM cohort\n"
    )
