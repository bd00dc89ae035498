"""``predictor export``: a saved model in a form that works without Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from predictor.disk import dump_json, refuse_foreign, write_files
from predictor.errors import PredictorError, StudyError
from predictor.formulas import document
from predictor.portable import formula_of, scoring_query
from predictor.portable.nomogram import nomogram_of
from predictor.portable.points_by_hand import points_table
from predictor.report.figures.nomogram_plot import nomogram, notes
from predictor.report.model_standing import standing
from predictor.report.page import calculator_page
from predictor.report.points_texts import points_csv, points_page, sums_csv
from predictor.report.spreadsheet import calculator_workbook, is_calculator
from predictor.results import ExportedModel
from predictor.saved import SavedModel
from predictor.saved.model import RESEARCH_ONLY
from predictor.saved.origin import labelled
from predictor.tracking import Tracker
from predictor.workflows.scoring import find_model

TABLE = "patients"


@dataclass(frozen=True)
class Wanted:
    """What is exported.

    Attributes
    ----------
    model
        The saved model.
    out
        The file to write; others get names from it.
    table
        Of SQL: the table whose rows are scored.
    """

    model: SavedModel
    out: Path
    table: str = TABLE


@dataclass(frozen=True)
class Exporter:
    """A form of a model.

    Attributes
    ----------
    suffix
        Of the file; empty if it is a folder.
    files
        What is written, by path.
    ours
        Whether a file that is there shows that this package wrote it, so that it may be replaced.
    left_out
        What the model has and this form of it has not, in sentences; None for what its formula has
        not.
    """

    suffix: str
    files: Callable[[Wanted], Mapping[Path, bytes]]
    ours: Callable[[Path], bool]
    left_out: tuple[str, ...] | None = None


def export(
    model: SavedModel | Path | str,
    to: str,
    out: Path | str,
    *,
    table: str = TABLE,
    tracker: Tracker | None = None,
) -> ExportedModel:
    """Write a model in a form that works without Python, with the numbers of `score`.

    Parameters
    ----------
    model
        A saved model, its directory, or a model of the tracker as ``models:/<study>@champion``.
    to
        ``html``, a page that computes; ``json``, a documented equation; ``sql``, one SELECT for
        DuckDB and PostgreSQL; ``xlsx``, a workbook with live formulas; ``nomogram``, figures and a
        table of points.
    out
        The file to write; of ``nomogram`` the folder.
    table
        Of SQL: the table or view whose rows are scored, with its schema before a point if need be.
    tracker
        Where models are that are no directories; MLflow if None.

    Returns
    -------
    ExportedModel
        What it is of, the files, and what the model has that is not in them.

    Raises
    ------
    ModelError, PredictorError
        If the model has no such form, or a file of that name is something else; nothing is written
        then.
    """
    exporter = EXPORTERS.get(to)
    if exporter is None:
        raise StudyError(f"there is no form {to!r} of a model; there are {', '.join(EXPORTERS)}")
    out = Path(out)
    if out.suffix.lower() != exporter.suffix:
        kind = f"a file that ends in {exporter.suffix}" if exporter.suffix else "a folder"
        raise PredictorError(f"{out}: {to} is written as {kind}")
    found = model if isinstance(model, SavedModel) else find_model(model, tracker)
    files = exporter.files(Wanted(found, out, table))
    refuse_foreign(
        files,
        exporter.ours,
        kind=f"the {to} of a model",
        way_out="choose another name or move it away",
    )
    write_files(files)
    return ExportedModel(
        study=found.study.study,
        learner=found.learner,
        outcome=found.study.outcome.name,
        predict_at=found.study.predict_at,
        to=to,
        files=tuple(str(path) for path in files),
        left_out=tuple(
            formula_of(found).left_out if exporter.left_out is None else exporter.left_out
        ),
    )


def equation(model: SavedModel) -> dict[str, object]:
    """The formula of a model as JSON, with what must be known of the model; docs/exporting.md.

    Raises
    ------
    ModelError
        If it has none.
    """
    said = standing(model)
    return {
        **document(formula_of(model)),
        "digest": model.digest,
        "verdict": said.level,
        "standing": [*said.sentences, said.origin],
        "patients": labelled(model),
    }


def _json(wanted: Wanted) -> Mapping[Path, bytes]:
    return {wanted.out: dump_json(equation(wanted.model), indent=1)}


def _html(wanted: Wanted) -> Mapping[Path, bytes]:
    page = calculator_page(wanted.model, formula=document(formula_of(wanted.model)))
    return {wanted.out: page.encode()}


def _sql(wanted: Wanted) -> Mapping[Path, bytes]:
    return {wanted.out: scoring_query(wanted.model, wanted.table).encode()}


def _xlsx(wanted: Wanted) -> Mapping[Path, bytes]:
    return {wanted.out: calculator_workbook(wanted.model, formula_of(wanted.model))}


def _nomogram(wanted: Wanted) -> Mapping[Path, bytes]:
    found = nomogram_of(wanted.model)
    table = points_table(found)
    figure = nomogram(found, RESEARCH_ONLY)
    page = points_page(found, table, [*notes(found), RESEARCH_ONLY])
    return {
        wanted.out / "nomogram.svg": figure.svg.encode(),
        wanted.out / "nomogram.png": figure.png(),
        wanted.out / _PAGE: page.encode(),
        wanted.out / "points.csv": points_csv(table).encode(),
        wanted.out / "sums.csv": sums_csv(table).encode(),
    }


_PAGE = "points.md"


def _beside_our_page(path: Path) -> bool:
    """Whether a file is in a folder that a nomogram was written to."""
    return says_research_only(path.with_name(_PAGE))


def says_research_only(path: Path) -> bool:
    """Whether a file of text holds the notice that every export does."""
    try:
        return RESEARCH_ONLY.encode() in path.read_bytes()
    except OSError:
        return False


EXPORTERS: Mapping[str, Exporter] = {
    "html": Exporter(".html", _html, says_research_only),
    "json": Exporter(".json", _json, says_research_only),
    "sql": Exporter(".sql", _sql, says_research_only),
    "xlsx": Exporter(".xlsx", _xlsx, is_calculator),
    "nomogram": Exporter(
        "",
        _nomogram,
        _beside_our_page,
        ("The range over other samples, low to high.", "The flags of a patient."),
    ),
}
"""The forms that there are, by name; another one is one line here and its function."""
