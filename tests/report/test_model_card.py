from __future__ import annotations

import re

import pytest

from predictor.report.model_card import card, dictionary_hash

SECTIONS = [
    "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data",
    "Quantitative analyses", "Ethical considerations", "Caveats and recommendations",
]  # fmt: skip


@pytest.fixture(scope="module")
def ridge(trained) -> str:
    return card(trained.models["ridge"], trained.result)


def test_the_card_has_the_nine_sections_in_their_order(ridge) -> None:
    assert re.findall(r"^## (.*)$", ridge, re.MULTILINE) == SECTIONS


def test_the_card_in_the_directory_is_this_one(trained, ridge) -> None:
    assert (trained.directory("ridge") / "card.md").read_text(encoding="utf-8") == ridge


def test_it_says_what_a_reader_must_know(trained, ridge) -> None:
    for text in (
        "Not a medical device",
        "not externally validated",
        "**Label rule** `pain_t0 - pain_t2 >= 2`",
        "**External validation** none",
        "**T0-only check** passed",
        "**Seed** 5",
        trained.result.data.fingerprint,
        trained.result.verdict[0],
        dictionary_hash(trained.models["ridge"].study),
        "Riley's criteria ask for",
        "**Instability**",
        "| auroc |",
        "AUROC with the choice among",
        "8b, 8c",
        "models of overlapping cohorts should not both be passed on to the same stranger",
    ):
        assert text in ridge


def test_the_sample_size_is_judged_by_the_parameters_of_this_model(trained) -> None:
    needed = {
        name: int(found[1])
        for name in ("pain only", "ridge")
        if (
            found := re.search(
                r"ask for (\d+) patients", card(trained.models[name], trained.result)
            )
        )
    }
    assert needed["pain only"] < needed["ridge"]
    assert "no parameter but the prevalence" in card(trained.models["prevalence"], trained.result)


def test_another_dictionary_has_another_hash(trained) -> None:
    study = trained.models["ridge"].study
    first, *rest = study.columns
    other = study.model_copy(
        update={"columns": (first.model_copy(update={"meaning": "another"}), *rest)}
    )
    assert dictionary_hash(other) != dictionary_hash(study)
    renamed = study.model_copy(update={"study": "other", "seed": 9})
    assert dictionary_hash(renamed) == dictionary_hash(study)
