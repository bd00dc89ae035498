"""The card of an updated model, in the sections of any model's card."""

from __future__ import annotations

from predictor.printable import as_markdown
from predictor.report.model_card import code, dictionary_hash, ethics, factors, intended_use
from predictor.results import UpdateResult
from predictor.results.update import IN_WORDS
from predictor.results.words import plain
from predictor.saved import model as layout
from predictor.saved.model import SavedModel
from predictor.saved.origin import updated_on


def card_of_update(model: SavedModel, found: UpdateResult) -> str:
    """The card as Markdown: what was updated, on whom, and how old and new model do.

    Parameters
    ----------
    model
        The updated one, as it is kept.
    found
        The update.

    References
    ----------
    Mitchell et al. 2019, doi 10.1145/3287560.3287596.
    """
    study = model.study
    data = found.data
    sections = {
        "Model details": _details(model, found),
        "Intended use": intended_use(study),
        "Factors": factors(model),
        "Metrics": [
            (
                "Log loss, AUROC and Brier score by cross-validation in the new patients, with "
                "the choice of what to update, and its tuning, repeated each time. Differences "
                "from the old model are paired, with 95 % intervals."
            )
        ],
        "Evaluation data": [
            f"- **Internal** the {data.labelled} new patients, by resampling",
            "- **External validation** none of the updated model",
        ],
        "Training data": [
            (
                f"- **New patients** {data.labelled}, with {data.events} events; of {data.rows} "
                f"rows {data.eligible} were eligible, {data.unlabelled} of them without a label"
            ),
            f"- **Table** {data.fingerprint}",
            "- **Patients of the old model** see its own card; no row of theirs was needed",
            "- **Kept in this model** no row, identifier or value of a patient",
        ],
        "Quantitative analyses": _analyses(found),
        "Ethical considerations": ethics(study),
        "Caveats and recommendations": [
            "- Validate on other patients before any other use.",
            "- Scores come with a range over samples of old and new patients, and with flags; read "
            "both."
            if model.spread.known
            else "- Scores come without a range: how uncertain the old model is was never known.",
            "- The old model is still where it was; say which of the two is used.",
        ],
    }
    lines = [
        f"# {as_markdown(study.title or study.study)}: {as_markdown(model.learner)}, updated",
        "",
        (f"> {layout.RESEARCH_ONLY} {updated_on(data.labelled)}"),
    ]
    for title, content in sections.items():
        lines += ["", f"## {title}", "", *content]
    return "\n".join([*lines, ""])


def _details(model: SavedModel, found: UpdateResult) -> list[str]:
    study, old = model.study, found.old
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    made = f", made {old.made}" if old.made else ""
    return [
        (
            f"- **Predicts** {as_markdown(found.outcome)}, from what is known at "
            f"{as_markdown(found.predict_at)}"
        ),
        f"- **Label rule** {code(found.rule)}",
        (
            f"- **Update of** {as_markdown(f'{old.learner} of {old.study}')}{made}, digest "
            f"`{old.digest}`"
        ),
        f"- **Changed** {IN_WORDS[found.method]}",
        f"- **Chosen** {'by the closed test' if found.tests else 'by whoever updated it'}",
        f"- **Updated** {found.time}",
        f"- **Seed** {found.seed}",
        f"- **Versions** {versions}",
        f"- **Data dictionary** {dictionary_hash(study)}",
    ]


def _analyses(found: UpdateResult) -> list[str]:
    lines = [
        *(f"- {as_markdown(sentence)}" for sentence in found.sentences),
        "",
        "| changed | measure | estimate | 95 % interval | less the old model | 95 % interval |",
        "|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(("keep", found.method, found.asked)):
        gain = found.gains[name]
        for measure, row in gain.metrics.items():
            apart = gain.difference[measure]
            cells = [IN_WORDS[name], measure]
            for each in (row, apart):
                cells += [plain(each.estimate, 3), f"{plain(each.low, 3)} to {plain(each.high, 3)}"]
            lines.append(f"| {' | '.join(cells)} |")
    return lines
