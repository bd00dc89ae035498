from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from predictor.arrow_arrays import arrow

_KINDS = [
    np.array([], dtype=np.float64),
    np.array([0.0, -0.0, np.nan, np.inf, 1e-300]),
    np.arange(20, dtype=np.float64)[::3],
    np.arange(7, dtype=np.int32),
    np.arange(9, dtype=np.int64) - 4,
    np.arange(19) % 3 == 0,
    (np.arange(40) % 3 == 0)[::2],
    np.array([], dtype=bool),
]


@pytest.mark.parametrize("values", _KINDS)
def test_it_is_the_array_that_arrow_makes(values) -> None:
    made = arrow(values)
    made.validate(full=True)
    expected = pa.array(values)
    assert made.type == expected.type
    assert made.null_count == 0
    assert made.to_numpy(zero_copy_only=False).tobytes() == values.tobytes()


@pytest.mark.parametrize("values", _KINDS)
def test_it_is_null_where_nothing_is(values) -> None:
    there = np.arange(len(values)) % 2 == 0
    made = arrow(values, there)
    made.validate(full=True)
    assert made.null_count == int((~there).sum())
    assert made.drop_null().to_numpy(zero_copy_only=False).tobytes() == values[there].tobytes()
    assert arrow(values, there).equals(pa.array(values, mask=~there)) or np.isnan(values).any()


def test_what_is_not_a_number_is_null_as_arrow_reads_pandas() -> None:
    values = np.array([0.25, np.nan, 1.0])
    assert arrow(values, ~np.isnan(values)).equals(pa.array(values, from_pandas=True))
