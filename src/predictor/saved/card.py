"""The model card: what a reader must know before using a saved model."""

from __future__ import annotations

from predictor.saved import model as layout
from predictor.saved.model import SavedModel


def card(model: SavedModel) -> str:
    """The card as Markdown, written from the facts of the run.

    References
    ----------
    Mitchell et al. 2019, doi 10.1145/3287560.3287596.
    """
    study, facts = model.study, model.performance
    data, metrics = facts["data"], facts["metrics"]
    end, start = study.outcome.known_at, study.predict_at
    training = model.provenance
    lines = [
        f"# {study.title or study.study}: {model.learner}",
        "",
        f"> {layout.RESEARCH_ONLY}",
        "",
        f"- **Predicts** {study.outcome.name}, known at {end} ({study.timepoints[end]})",
        f"- **From** what is known at {start} ({study.timepoints[start]})",
        f"- **Rule** `{study.outcome.rule}`",
        f"- **Patients** {data['labelled']}, with {data['events']} events",
        f"- **Parameters** {facts['parameters']}",
        "- **External validation** none",
        f"- **Covariates** {', '.join(c.name for c in model.covariates)}",
        f"- **Seed** {training['seed']}",
        f"- **Versions** {', '.join(f'{k} {v}' for k, v in training['versions'].items())}",
        f"- **Data** {training['fingerprint']}",
        "",
        "## Verdict",
        "",
        *(f"- {sentence}" for sentence in facts["verdict"]),
        "",
        "## Performance",
        "",
        "Estimate: what a fresh sample would show. Apparent: on the training patients, too good.",
        "",
        "| measure | estimate | 95 % interval | apparent | optimism-corrected | .632+ |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in metrics.items():
        interval = (
            f"{row['low']:.3f} to {row['high']:.3f}"
            if row["low"] is not None
            else row["note"] or ""
        )
        numbers = [row[key] for key in ("apparent", "optimism_corrected", "bootstrap_632plus")]
        lines.append(
            f"| {name} | {_number(row['estimate'])} | {interval} | "
            + " | ".join(_number(number) for number in numbers)
            + " |"
        )
    moved = f"{100 * facts['instability_mape']:.0f} points"
    lines += ["", f"Another sample would move a typical patient's probability by {moved}.", ""]
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
