"""``predictor describe``: the patients of a study, before anybody predicts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from predictor.cohort import Cohort, LabelledCohort, covariates, design, label
from predictor.description import beside, figures, label_limits, redundancy, sentences, suppressed
from predictor.description import describe as describe_cohort
from predictor.description.course import scores
from predictor.disk import check_writable, dump_json, refuse_foreign, write_files
from predictor.report import flow
from predictor.report.description import csv_text, page, pictures, shown_tables
from predictor.results import Description, OutcomeDefinition
from predictor.study import load_study
from predictor.workflows import provenance


def describe(
    config: Path | str,
    data: Path | str,
    out: Path | str,
    *,
    by: str | None = None,
    individual: bool = False,
) -> Description:
    """Describe the patients of a study and write ``describe.json``, a page, tables and figures.

    Parameters
    ----------
    config, data
        Study file and table of patients; any number of patients, labelled or not.
    out
        Folder for what is written.
    by
        Count the events in each group of this category or flag, too.
    individual
        Show counts of one to four patients and draw a line per patient: personal data.

    Returns
    -------
    Description
        The content of ``describe.json``.

    Raises
    ------
    PredictorError
        If the study or the table is refused, or `out` cannot be written; nothing is written then.
    OSError
        If the disk is full; nothing is written then.
    """
    study, out = load_study(config), Path(out)
    check_writable(out)
    refuse_foreign(
        [out / name for name in ("describe.json", "describe.md", "tables", "figures")],
        lambda _: _is_description(out / "describe.json"),
        kind="of a description",
        way_out="move it away or choose another folder (--out)",
    )
    cohort = Cohort.read(data, study)
    labelled = label(cohort)
    exact = describe_cohort(labelled, by=by)
    shown = exact if individual else suppressed(exact)
    limits = label_limits(labelled)
    alike = redundancy(design(covariates(labelled.eligible)))
    data_flow = flow(labelled, cohort.fingerprint())
    found = Description(
        **dict(shown),
        study=study.study,
        title=study.title,
        timepoints=study.timepoints,
        predict_at=study.predict_at,
        outcome=OutcomeDefinition(
            name=study.outcome.name, known_at=study.outcome.known_at, rule=study.outcome.rule
        ),
        individual=individual,
        data=data_flow,
        published=beside(study.published, figures(data_flow, shown), shown),
        label_limits=limits,
        redundancy=alike,
        sentences=(
            *sentences(shown),
            *limits.sentences,
            *(() if alike is None else alike.sentences),
        ),
        versions=provenance.versions(),
        time=provenance.now(),
    )
    _write(found, labelled, out)
    return found


def _is_description(path: Path) -> bool:
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and {"study", "outcome", "individual", "few"} <= set(found)


def _write(found: Description, labelled: LabelledCohort, out: Path) -> None:
    shown = found.visible()
    drawn = pictures(shown, _each(labelled) if found.individual else None)
    files = {
        "describe.json": dump_json(found.to_json()),
        "describe.md": page(shown, {name: figure.alt for name, figure in drawn.items()}).encode(),
        **{f"tables/{t.slug}.csv": csv_text(t).encode() for t in shown_tables(found)},
        **{f"figures/{name}.svg": figure.svg.encode() for name, figure in drawn.items()},
        **{f"figures/{name}.png": figure.png() for name, figure in drawn.items()},
    }
    write_files({out / name: content for name, content in files.items()})


def _each(labelled: LabelledCohort) -> dict[str, list[float | None]]:
    """Scores of each patient by time."""
    return {
        time: [None if value != value else value for value in values.tolist()]
        for time, values in scores(labelled.eligible).items()
    }
