"""Groups of patients in which a model is looked at, as the study file declares them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from predictor.cohort.cohort import Cohort
from predictor.cohort.expressions import expression
from predictor.cohort.permitted_sql import used_columns
from predictor.cohort.sandbox import Sandbox
from predictor.disclosure import FEWEST
from predictor.errors import StudyError
from predictor.study import Study

UNKNOWN = "unknown"
"""The group of patients of whom nobody knows which is theirs."""

SMALLER = "smaller groups"
"""All groups of fewer patients than may be told of, together."""

_MOST = 12


@dataclass(frozen=True, repr=False)
class Grouping:
    """One way to part the patients.

    Attributes
    ----------
    name
        As in the study file.
    groups
        Their names, in the order of the dictionary where it has them.
    which
        (n,) place of each patient's group among them.
    """

    name: str
    groups: tuple[str, ...]
    which: npt.NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<Grouping {self.name}, {len(self.groups)} groups>"


def groupings(cohort: Cohort) -> tuple[Grouping, ...]:
    """The groups that a study declares, of these patients.

    Groups are made of what is known at the time of prediction. Where a group has fewer patients
    than may be told of, its name is not told either: it is part of `SMALLER`.

    Raises
    ------
    StudyError
        If one is not an SQL expression over what is known then, depends on other patients, gives
        a number, or more than 12 groups.
    """
    study = cohort.study
    known = cohort.as_of(study.predict_at)
    return tuple(
        _grouping(known, name, sql, f"{study.file}: groups.{name}")
        for name, sql in study.groups.items()
    )


def check_parted(found: Sequence[Grouping], study: Study) -> None:
    """Refuse groups that do not part the patients.

    Raises
    ------
    StudyError
        If all patients are in one group.
    """
    for each in found:
        if len(each.groups) < 2:
            raise StudyError(
                f"{study.file}: groups.{each.name}: all patients are in one group; take it out, "
                f"or cut it elsewhere"
            )


def read_by_groups(study: Study) -> dict[str, frozenset[str]]:
    """Names of the columns that each of a study's groupings reads, identifiers left out."""
    known = study.known()
    with Sandbox(known) as sandbox:
        return {
            name: frozenset(used_columns(sandbox, f"SELECT ({sql}\n) FROM cohort", known))
            for name, sql in study.groups.items()
        }


def _grouping(cohort: Cohort, name: str, sql: str, where: str) -> Grouping:
    found = expression(cohort, sql, where, "one group (text, or true or false) or NULL")
    kind = found.type
    if pa.types.is_boolean(kind):
        words = ["yes" if value else "no" for value in found.to_pylist()]
        words = [
            word if known else UNKNOWN
            for word, known in zip(words, found.is_valid().to_pylist(), strict=True)
        ]
    elif pa.types.is_string(kind) or pa.types.is_dictionary(kind) or pa.types.is_null(kind):
        words = [UNKNOWN if value is None else str(value) for value in found.to_pylist()]
    else:
        what = "dates" if pa.types.is_temporal(kind) else "numbers"
        raise StudyError(
            f"{where}: gives {what}; name bands of them, as CASE WHEN ... >= 50 "
            f"THEN '50 and over' ELSE 'under 50' END"
        )
    there, numbers = np.unique(np.array(words, dtype=object).astype(str), return_inverse=True)
    few = {str(there[k]) for k, n in enumerate(np.bincount(numbers)) if n < FEWEST}
    words = [SMALLER if word in few else word for word in words]
    groups = _in_order(cohort, set(words))
    if len(groups) > _MOST:
        raise StudyError(
            f"{where}: gives {len(groups)} groups; of so many little can be said: at most {_MOST}"
        )
    return Grouping(name, groups, np.array([groups.index(word) for word in words]))


def _in_order(cohort: Cohort, there: set[str]) -> tuple[str, ...]:
    """Levels as a dictionary has them, else by name; what is no group by itself comes last."""
    last = [name for name in (SMALLER, UNKNOWN) if name in there]
    named = there.difference(last)
    levels = next((c.levels for c in cohort.columns if named <= set(c.levels)), ())
    return (
        *(level for level in levels if level in named),
        *sorted(named.difference(levels)),
        *last,
    )
