"""Which values are missing, and which are missing together."""

from __future__ import annotations

from collections import Counter

import numpy as np

from predictor.cohort import Cohort
from predictor.results import Missing, MissingColumn, MissingPattern
from predictor.study import CLUSTERS


def missing(eligible: Cohort) -> Missing:
    """Missing values per column, and every set of columns that is missing together, by patients."""
    columns = [column for column in eligible.columns if column.role in ("value", *CLUSTERS)]
    gaps = {column.name: eligible.table[column.name].is_null().to_numpy() for column in columns}
    with_gaps = [name for name, absent in gaps.items() if absent.any()]
    patterns: Counter[tuple[str, ...]] = Counter()
    if with_gaps:
        absent = np.stack([gaps[name] for name in with_gaps], axis=1)
        kinds, counts = np.unique(absent, axis=0, return_counts=True)
        for kind, count in zip(kinds, counts, strict=True):
            patterns[tuple(np.asarray(with_gaps)[kind].tolist())] = int(count)
    else:
        patterns[()] = len(eligible)
    return Missing(
        columns=tuple(
            MissingColumn(
                name=column.name,
                known_at=column.known_at,  # type: ignore[arg-type]  # None for identifiers only
                missing=int(gaps[column.name].sum()),
                of=len(eligible),
                meaning=column.meaning,
            )
            for column in columns
        ),
        patterns=tuple(
            MissingPattern(columns=names, patients=count)
            for names, count in sorted(patterns.items(), key=lambda item: (-item[1], item[0]))
        ),
    )
