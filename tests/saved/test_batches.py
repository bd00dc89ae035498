"""A table is scored some rows at a time, which shows in nothing but the memory."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from predictor.cohort import read_table
from predictor.errors import DataError
from predictor.saved import Scores, read_model, score
from predictor.saved.inputs import AGAIN

LEARNERS = ["prevalence", "pain only", "logistic", "ridge", "lightgbm"]


@pytest.fixture(scope="module")
def raw(trained) -> pa.Table:
    return read_table(trained.study.data)


@pytest.fixture(scope="module")
def models(trained):
    return {name: read_model(trained.directory(name)) for name in LEARNERS}


def changed(raw: pa.Table, cells: dict[tuple[int, str], str | None]) -> pa.Table:
    columns = raw.to_pydict()
    for (row, name), cell in cells.items():
        columns[name][row] = cell
    return pa.table({name: pa.array(each, pa.string()) for name, each in columns.items()})


def same(one: Scores, two: Scores) -> None:
    for name in ("probability", "low", "high", "contributions"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.to_table().equals(two.to_table())


CELLS = st.dictionaries(
    st.tuples(st.integers(0, 89), st.sampled_from(["pain_t0", "age_years", "sex", "patient_id"])),
    st.sampled_from(["", "1.250", "1.000", "700", "500", "55", "x", "male", "QZID0003", "-"]),
    max_size=8,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=CELLS, rows=st.integers(9, 60), learner=st.sampled_from(LEARNERS))
def test_the_size_of_a_batch_changes_no_bit(models, raw, cells, rows, learner) -> None:
    table = changed(raw, {key: cell or None for key, cell in cells.items()})
    whole = score(models[learner], table, lenient=True, explain=True)
    same(score(models[learner], table, lenient=True, explain=True, rows=rows), whole)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=CELLS, rows=st.integers(9, 60))
def test_a_table_is_refused_in_the_same_words_whatever_the_size_of_a_batch(
    models, raw, cells, rows
) -> None:
    table = changed(raw, {key: cell or None for key, cell in cells.items()})

    def words(**how: int) -> list[str]:
        try:
            score(models["ridge"], table, **how)
        except DataError as error:
            return list(error.faults)
        return []

    assert words(rows=rows) == words()


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_patient_alone_gets_the_bits_of_the_table(models, raw, learner) -> None:
    part = raw.slice(0, 12)
    same(score(models[learner], part, rows=1), score(models[learner], part))


def test_the_same_patient_far_apart_is_found(models, raw) -> None:
    table = changed(raw, {(80, "patient_id"): "QZID0007"})
    with pytest.raises(DataError, match="patient_id: rows 9, 82: the same patient more than once"):
        score(models["ridge"], table, rows=10)
    found = score(models["ridge"], table, rows=10, lenient=True)
    again = [row for row, text in enumerate(found.flags) if "the same patient in" in text]
    assert again == [7, 80]
    assert np.isfinite(found.probability[again]).all()


def test_who_is_not_scored_is_no_second_row_of_a_patient(models, raw) -> None:
    table = changed(raw, {(80, "patient_id"): "QZID0007", (80, "course"): "2"})
    found = score(models["ridge"], table, rows=10)
    assert found.flags[80] == "not scored: not eligible (first course)"
    assert "the same patient" not in found.flags[7]


def test_different_patients_whose_numbers_collide_are_no_repeat(models, raw, monkeypatch) -> None:
    # each patient shares the first hash with another one, and only the second one tells them apart
    monkeypatch.setattr(
        "predictor.saved.repeats.hash",
        lambda text: hash(text) if text.endswith("\x1f") else int(text[-4:]) % 45,
        raising=False,
    )
    found = score(models["ridge"], raw, rows=20)
    assert not any("the same patient" in text for text in found.flags)


def test_points_between_thousands_are_found_across_batches(models, raw) -> None:
    spread = {(row, "age_years"): str(20 + row) for row in range(raw.num_rows)}
    spread |= {(5, "age_years"): "1.250", (85, "age_years"): "1.500"}
    spread |= {(15, "age_years"): "700", (75, "age_years"): "500"}
    model = models["ridge"]
    columns = tuple(
        c.model_copy(update={"range": None}) if c.name == "age_years" else c
        for c in model.study.columns
    )
    wide = type(model)(
        **{
            **{k: v for k, v in vars(model).items() if k in model.__dataclass_fields__},
            "study": model.study.model_copy(update={"columns": columns}),
        }
    )
    with pytest.raises(DataError, match="age_years: rows 7, 87: points between the thousands"):
        score(wide, changed(raw, spread), rows=10)
    found = score(wide, changed(raw, spread), rows=10, lenient=True)
    assert [row for row, text in enumerate(found.flags) if "points between" in text] == [5, 85]


def test_without_range_the_rest_is_the_same(models, raw) -> None:
    whole = score(models["ridge"], raw)
    short = score(models["ridge"], raw, with_range=False)
    np.testing.assert_array_equal(short.probability, whole.probability)
    np.testing.assert_array_equal(short.contributions, whole.contributions)
    assert short.flags == whole.flags
    empty = short.to_table().select(["low", "high", "effective_sample_size"])
    assert all(column.null_count == raw.num_rows for column in empty.columns)
    assert short.to_table().column_names == whole.to_table().column_names


def test_a_table_without_patients_has_no_scores(models, raw) -> None:
    assert len(score(models["ridge"], raw.slice(0, 0))) == 0


def test_a_long_table_begins_with_a_short_batch_and_shows_it_in_nothing(models, raw) -> None:
    """Remarks on a patient who is there twice, too, on both sides of its end."""
    table = pa.concat_tables([raw] * 14).slice(0, 1_200).combine_chunks()
    names = pa.array([f"P{row % 1_150:04}" for row in range(len(table))], pa.string())
    place = table.schema.get_field_index("patient_id")
    table = table.set_column(place, "patient_id", names)
    short = score(models["ridge"], table, lenient=True, rows=1_100)
    same(short, score(models["ridge"], table, lenient=True, rows=400))
    assert sum(AGAIN in said for said in short.flags) > 50
