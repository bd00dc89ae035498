from __future__ import annotations

from collections import Counter

from predictor.report.probast_worksheet import probast
from predictor.report.tripod_items import ITEMS
from predictor.report.tripod_table import TO_COMPLETE, open_items, tripod
from predictor.results import AlternativeCounts


def test_there_are_27_items_with_52_parts_in_order() -> None:
    numbers = [item.number for item in ITEMS]
    assert len(numbers) == len(set(numbers)) == 52
    whole = [int(number.rstrip("abcdefg")) for number in numbers]
    assert whole == sorted(whole)
    assert set(whole) == set(range(1, 28))


def test_who_fills_an_item_is_as_the_field_says() -> None:
    assert Counter(item.who for item in ITEMS) == {"author": 20, "draft": 11, "software": 21}
    who = {item.number: item.who for item in ITEMS}
    assert (who["1"], who["17"], who["10"], who["8a"], who["18f"]) == (
        "author", "author", "software", "draft", "software",
    )  # fmt: skip


def test_what_only_the_author_knows_is_left_open_and_nothing_else(trained) -> None:
    for row in tripod(trained.result):
        assert row.text
        assert row.open == (row.item.who != "software"), row.item.number
        if row.item.who == "author":
            assert row.text == TO_COMPLETE
    assert "18f" not in open_items(trained.result)
    assert "17" in open_items(trained.result)


def test_facts_of_the_run_are_filled_in(trained) -> None:
    text = {row.item.number: row.text for row in tripod(trained.result)}
    assert text["20a"] == (
        "rows of the table 90; not eligible: first course 1; eligible 89; no label 1; labelled 88; "
        "with the event 34."
    )
    assert str(trained.result.sample_size.required.all_criteria) in text["10"]
    assert "first course (course = 1)" in text["6b"]
    assert "pain_t0 - pain_t2 >= 2" in text["8a"]
    assert "ridge (ridge)" in text["12c"]
    assert text["13"].startswith("None")


def test_no_score_is_given(trained) -> None:
    words = " ".join(row.text for row in tripod(trained.result)).casefold()
    assert not any(word in words for word in ("compliance", "score:", "items reported"))


def test_boosted_trees_are_called_so_and_are_not_scaled(trained) -> None:
    text = {row.item.number: row.text for row in tripod(trained.result)}
    assert "coefficients and trees in words" in text["22"]
    assert "scaling" in text["7"]
    only = trained.result.model_copy(
        update={"learners": {"lightgbm": trained.result.learners["lightgbm"]}}
    )
    text = {row.item.number: row.text for row in tripod(only)}
    assert "trees in words" in text["22"]
    assert "scaling" not in text["7"]


def test_small_counts_are_not_told_whoever_wrote_them(trained) -> None:
    few = {"few": AlternativeCounts(labelled=88, events=3, differs=4)}
    data = trained.result.data.model_copy(update={"alternatives": few})
    report = trained.result.model_copy(update={"data": data})
    text = {row.item.number: row.text for row in tripod(report)}
    assert "Other definitions: few: <5 of 88" in text["21"]
    evidence = {question.number: question.evidence for question in probast(report)}
    assert "few changes <5 labels" in evidence["D3.1"]
