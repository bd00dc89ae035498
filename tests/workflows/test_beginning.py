from __future__ import annotations

from predictor.workflows.beginning import NAME, Beginning


def test_names_of_trainings_are_known_by_their_form_and_sort_by_time() -> None:
    first, second = Beginning("2026-11-29T234122-ffffff", 0), Beginning.now()
    for each in (first, second):
        assert NAME.fullmatch(each.training)
    assert first.training < second.training
    assert not NAME.fullmatch("ridge")
