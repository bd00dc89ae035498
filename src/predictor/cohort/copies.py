"""The same patients several times over, with other values in some columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort.cohort import Cohort


def with_values(cohort: Cohort, values: Mapping[str, npt.NDArray[np.float64]]) -> Cohort:
    """Copies of a cohort, one under the other, that differ in some measured columns.

    A column of whole numbers becomes one of numbers if it is given fractions.

    Parameters
    ----------
    cohort
        n patients.
    values
        (copies, n) numbers by column, nan where there is none; the same number of copies for each.
    """
    copies = len(next(iter(values.values())))
    again = np.tile(np.arange(len(cohort)), copies)
    table = cohort.table.take(again)
    columns = list(cohort.columns)
    for name, drawn in values.items():
        place = table.column_names.index(name)
        numbers = pa.array(drawn.reshape(-1), from_pandas=True)
        if columns[place].type == "integer":
            if (np.isnan(drawn) | (drawn == np.rint(drawn))).all():
                numbers = numbers.cast(table.schema.field(name).type)
            else:
                columns[place] = columns[place].model_copy(update={"type": "number"})
        table = table.set_column(place, name, numbers)
    return replace(cohort, columns=tuple(columns), table=table, rows=cohort.rows[again])
