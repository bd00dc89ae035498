from __future__ import annotations

import pytest

from predictor.results import ChangedInput, ChangedNumber, Verification
from predictor.results.places import leaves


def found(*numbers: tuple[object, object], inputs: tuple[str, ...] = ()) -> Verification:
    return Verification(
        source="reports/small",
        kind="training",
        study="small",
        learners=("ridge",),
        same=not numbers and "seed" not in inputs,
        compared=9,
        inputs=tuple(
            ChangedInput(what=what, name="x", stored="1", now=None, lines=()) for what in inputs
        ),
        numbers=tuple(
            ChangedNumber(place=f"a.{k}", stored=one, now=other)
            for k, (one, other) in enumerate(numbers)
        ),
    )


def test_leaves_are_everything_at_its_place() -> None:
    document = {"a": {"b c": [1.5, {"d": None}], "e": []}, "f": "x"}
    assert leaves(document) == {"a.b c.0": 1.5, "a.b c.1.d": None, "f": "x"}


def test_the_largest_difference_is_that_of_numbers_alone() -> None:
    assert found().largest is None
    assert found(("a", "b"), (None, 1)).largest is None
    assert found((1.0, 1.0 + 2**-52), (0, 0.5), ("a", 1)).largest == 1
    assert found((-2.0, 2.0)).largest == 2


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (found(), "All 9 numbers and words came out again."),
        (found(inputs=("version",)), "All 9 numbers and words came out again."),
        (found(inputs=("table",)), "order of its rows"),
        (found(inputs=("seed",)), "what is stored does not agree"),
        (found((1, 2)), "1 of 9 numbers and words did not come out again; the largest"),
        (found((1, 2)), "difference is 0.5. Nothing that went in differs"),
        (found(("a", "b"), inputs=("version",)), "did not come out again. Of what went in only"),
        (found((1, 2), inputs=("version", "seed")), "What went in differs too"),
    ],
)  # fmt: skip
def test_the_conclusion_says_what_it_follows_from(result, said) -> None:
    assert said in result.conclusion
    assert said in result._repr_html_()


def test_what_is_not_there_is_said_so() -> None:
    (study,) = found(inputs=("study",)).inputs
    assert study.words == "study file: x: 1 then, not there now"
