"""What people call the covariates of a report: the dictionary's words, and the name beside."""

from __future__ import annotations

from predictor.results import Coefficient, TrainingResult


def label_of(report: TrainingResult, covariate: str) -> str:
    """The meaning of a covariate, or its name."""
    return next((c.label for c in report.covariates if c.name == covariate), covariate)


def title_of(report: TrainingResult, covariate: str) -> str:
    """The meaning of a covariate with its name in brackets, by which it is found in the files."""
    return next((c.title for c in report.covariates if c.name == covariate), covariate)


def column_title(report: TrainingResult, row: Coefficient) -> str:
    """The same of a column of a linear model, with the level that it stands for."""
    title = title_of(report, row.covariate)
    level = row.column.removeprefix(f"{row.covariate}=")
    if title == row.covariate or level == row.column:
        return row.column if title == row.covariate else title
    return f"{title}: {level}"
