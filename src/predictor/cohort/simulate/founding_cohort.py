"""One fixed cohort of 48 patients with the figures that are published of the founding study.

The abstract of Mangnus 2021 (doi 10.1111/papr.13056) gives: pain at T0 median 8, IQR 2; at T1
median 6, IQR 4; 62 % responders at T1 and 48 % at T2 (here 30 and 23 of 48); the loss from T1 to T2
with p = 0.03 (here 9 lost and 2 gained, McNemar without correction p = 0.035, one of several
readings that fit); disease duration "mean 5 y (IQR 6)" (here mean 5, median 5 and IQR 6, so that
either reading of it holds). Everything else in the file, every other column and every single
patient, was made up with the steps of `predictor.cohort.simulate.simulate` and says nothing about
that study.

The cohort is kept as a file, so that it stays the same whatever becomes of those steps.
"""

from __future__ import annotations

import io
from importlib import resources

from pyarrow import csv

from predictor.cohort.simulate.table import SCHEMA, Simulated


def published() -> Simulated:
    """The fixed cohort with the published figures; synthetic, and without a known probability.

    No pain, report or dose is missing; some baseline values are.
    """
    content = resources.files(__package__).joinpath("published.csv").read_bytes()
    options = csv.ConvertOptions(
        column_types={field.name: field.type for field in SCHEMA},
        # an inciting event may be "none", which is a level and not a gap
        null_values=[""],
        strings_can_be_null=False,
    )
    table = csv.read_csv(io.BytesIO(content), convert_options=options)
    return Simulated(table.replace_schema_metadata(SCHEMA.metadata), probability=None)
