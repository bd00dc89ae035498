"""Files of a run in MLflow: tables as its pages show them, and links that lead to files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from predictor.disk import dump_json
from predictor.results import TrainingResult

MEASURES = "tables/measures.json"
CENTRES = "tables/centres.json"


def rounded(value: float | None, digits: int = 4) -> float | None:
    """A number of a table."""
    return None if value is None else round(value, digits)


def links(paths: Sequence[str]) -> str:
    """Links to files of a run, in Markdown as MLflow's pages show them, each by its name."""

    def named(path: str) -> str:
        return path.rpartition("/")[2].rpartition(".")[0].replace("_", " ")

    return " · ".join(f"[{named(path)}](artifact:{path})" for path in paths)


def tables_of(
    result: TrainingResult, learners: Mapping[str, object] | list[str]
) -> dict[str, bytes]:
    """Numbers of some learners as MLflow's pages show a table, by place."""
    found = {MEASURES: _measures(result, learners)}
    rows = [
        [name, centre.name, measure, *(rounded(n) for n in numbers), measured.note or ""]
        for name in learners
        if (centres := result.learners[name].centres) is not None
        for centre in centres.centres
        for measure, measured in centre.measures.items()
        for numbers in [(measured.estimate, measured.low, measured.high)]
    ]
    if rows:
        columns = ["learner", "centre", "measure", "estimate", "low", "high", "note"]
        found[CENTRES] = dump_json({"columns": columns, "data": rows})
    return found


def named_tables(result: TrainingResult) -> list[str]:
    """Places of the tables that a training has."""
    centres = any(learner.centres is not None for learner in result.learners.values())
    return [MEASURES, CENTRES] if centres else [MEASURES]


def _measures(result: TrainingResult, learners: Mapping[str, object] | list[str]) -> bytes:
    """Every number of every measure, as MLflow's pages show a table."""
    frame = result.to_frame()
    frame = frame[frame["learner"].isin(list(learners))].round(4)
    rows = frame.astype(object).where(frame.notna(), None)
    return dump_json({"columns": list(frame.columns), "data": rows.to_numpy().tolist()})
