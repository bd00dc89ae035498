"""What a tracker is told of a validation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from predictor.disk import dump_json
from predictor.printable import as_markdown
from predictor.results import ValidationResult
from predictor.results.words import count, with_interval
from predictor.saved import SavedModel
from predictor.study import question
from predictor.tracking import Made, ValidationRun
from predictor.workflows.run_files import MEASURES, links, rounded

_WITH_ENDS = ("auroc", "calibration_intercept", "calibration_slope", "observed_expected")


def entry_of_validation(
    result: ValidationResult,
    model: SavedModel,
    *,
    started: int,
    ended: int,
    data: str,
    name: str | None,
    artifacts: Mapping[str, bytes],
) -> ValidationRun:
    """A validation that is over.

    Parameters
    ----------
    result, model
        What was found, and of what.
    started, ended
        Milliseconds since 1970.
    data
        Name of the table.
    name
        What the user calls it; told by learner, patients and table if None.
    artifacts
        Files of the report.
    """
    number = result.validation.rpartition("-")[2]
    patients = count(result.data.labelled, "new patient")
    title = f"{name} [{number}]" if name else f"{number} {model.learner} in {patients} of {data}"
    return ValidationRun(
        validation=result.validation,
        study=result.study,
        title=title,
        question=question(model.study),
        started=started,
        ended=ended,
        learner=model.learner,
        about=made_by(model),
        verdict=result.verdict_level,
        parameters={
            "learner": model.learner,
            "model": result.model.digest.rpartition(":")[2][:12],
            "data": result.data.fingerprint.rpartition(":")[2][:12],
            "patients": str(result.data.labelled),
            "events": str(result.data.events),
            "against": ", ".join(result.others),
            "versions": ", ".join(f"{name} {text}" for name, text in result.versions.items()),
        },
        metrics=_metrics(result),
        description=_description(result.visible(), artifacts),
        data_fingerprint=result.data.fingerprint,
        dataset_name=data,
        rows=result.data.rows,
        artifacts={**artifacts, MEASURES: _measures(result)},
    )


def made_by(model: SavedModel) -> Made | None:
    """By what a model is found in a tracker; None if it does not say."""
    fingerprint, made = model.provenance.get("fingerprint"), model.provenance.get("time")
    if not isinstance(fingerprint, str) or not isinstance(made, str):
        return None
    try:
        seconds = int(datetime.fromisoformat(made).timestamp())
    except ValueError:
        return None  # a stranger's model may say anything; then its run is not looked for
    return Made(model.learner, fingerprint, seconds)


def _metrics(result: ValidationResult) -> dict[str, float]:
    numbers: dict[str, float | None] = {
        "patients": float(result.data.labelled),
        "events": float(result.data.events),
        "expected_auroc_of_case_mix": result.case_mix.here.expected_auroc,
        "membership_auroc": result.case_mix.membership_auroc,
    }
    for name, found in result.measures.items():
        if "@" not in name or name.startswith("net_benefit@"):
            numbers[name] = found.estimate
        if name in _WITH_ENDS:
            numbers |= {f"{name}_low": found.low, f"{name}_high": found.high}
    return {name: value for name, value in numbers.items() if value is not None}


def _measures(result: ValidationResult) -> bytes:
    """Every number of every measure and model, as MLflow's pages show a table."""
    rows = [
        [who, name, *(rounded(each) for each in (found.estimate, found.low, found.high))]
        for who, measures in (
            (result.model.name, result.measures),
            *((name, other.measures) for name, other in result.others.items()),
        )
        for name, found in measures.items()
    ]
    return dump_json({"columns": ["model", "measure", "estimate", "low", "high"], "data": rows})


def _description(shown: ValidationResult, artifacts: Mapping[str, bytes]) -> str:
    figures = sorted(path for path in artifacts if path.startswith("figures/"))
    level = shown.verdict_level
    measures = shown.measures
    return "\n".join(
        [
            links(["report.html", MEASURES, *figures]),
            "",
            f"**{level[:1].upper()}{level[1:]}**",
            "",
            *(f"- {as_markdown(sentence)}" for sentence in shown.verdict),
            "",
            "| AUROC | observed / expected | slope |",
            "|---|---|---|",
            "| "
            + " | ".join(
                with_interval(measures[name])
                for name in ("auroc", "observed_expected", "calibration_slope")
            )
            + " |",
        ]
    )
