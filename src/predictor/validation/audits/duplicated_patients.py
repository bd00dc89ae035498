"""Are there patients who have everything in common but their identifier?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp

import numpy as np

from predictor.cohort import Cohort
from predictor.disclosure import in_words
from predictor.validation.audits.evidence import Evidence
from predictor.validation.audits.finding import Audit, Ruling
from predictor.validation.resamples import Integers

_LEVEL = 0.05
# columns that go together (age and weight) give more coincidences than those that do not
_TOGETHER = 3
# share of pairs alike in one column that are alike in another one that says the same, and pairs
# that it takes to see it
_SAME, _ENOUGH = 0.95, 5


def _rule(evidence: Evidence) -> Ruling:
    study = evidence.study
    known = evidence.cohort.eligible.as_of(study.predict_at)
    names = [c.name for c in known.columns if c.role != "id"]
    # rows that are said to be of one person may agree; folds never part them
    person = _groups(known, study.ids if study.person is None else [study.person])
    same = _groups(known, names)
    pairs = _pairs_apart(same, person)
    if not pairs:
        return Ruling("passed", f"no two patients agree in all {len(names)} columns.")
    expected = _by_chance(known, names, person)
    patients = in_words(int((_sizes(same) > _sizes(_both(same, person))).sum()))
    numbers = (
        f"{in_words(pairs)} pair{'' if pairs == 1 else 's'}, where chance gives {expected:.2g}"
    )
    if _at_least(pairs, _TOGETHER * expected) >= _LEVEL:
        return Ruling(
            "not_applicable",
            f"the {len(names)} columns known at {study.predict_at} do not tell patients apart: "
            f"{patients} agree in all of them ({numbers}).",
        )
    return Ruling(
        "issue",
        f"{patients} patients agree in all {len(names)} columns known at {study.predict_at} with "
        f"another ({numbers}): one patient under two identifiers?",
    )


def _by_chance(known: Cohort, names: Sequence[str], person: Integers) -> float:
    """How many pairs would agree in all columns if one told patients apart by chance alone.

    It is the column that tells most of them apart, with those that say the same in other words
    (see `_say_the_same`); how the others go together is taken as it is.
    """

    def agreeing(*chosen: str) -> int:
        return _pairs_apart(_groups(known, chosen), person)

    agree = {name: agreeing(name) for name in names}
    finest = min(agree, key=agree.__getitem__)
    others = [
        name
        for name in names
        if name != finest and not _say_the_same(finest, name, names, agreeing)
    ]
    return agreeing(*others) * agree[finest] / agreeing()


def _say_the_same(
    first: str, second: str, names: Sequence[str], agreeing: Callable[..., int]
) -> bool:
    """Whether patients who are alike in one column are alike in the other, whatever else they are.

    So are a dose and the weight it was computed from, or questionnaires that were left out
    together. Only pairs that differ in some further column count: those that agree in all of them
    may be one patient.
    """
    alike = agreeing(first, second) - agreeing(*names)
    for one, other in ((first, second), (second, first)):
        pairs = agreeing(one) - agreeing(*(name for name in names if name != other))
        if pairs < _ENOUGH or alike < _SAME * pairs:
            return False
    return True


def _groups(cohort: Cohort, names: Sequence[str | None]) -> Integers:
    """(n,) number of each row's combination of values; a gap is a value of its own."""
    groups = np.zeros(len(cohort), dtype=np.int64)
    for name in names:
        coded = cohort.table[name].combine_chunks().dictionary_encode(null_encoding="encode")
        groups = _both(groups, coded.indices.to_numpy().astype(np.int64))
    return groups


def _both(first: Integers, second: Integers) -> Integers:
    """(n,) number of each pair of numbers, from 0."""
    pairs = first * (int(second.max()) + 1) + second
    numbers: Integers = np.unique(pairs, return_inverse=True)[1]
    return numbers


def _sizes(groups: Integers) -> Integers:
    """(n,) rows in the group of each row."""
    sizes: Integers = np.bincount(groups)[groups]
    return sizes


def _pairs_apart(groups: Integers, person: Integers) -> int:
    """How many pairs of rows are in one group and of different persons."""
    sizes, own = np.bincount(groups), np.bincount(_both(groups, person))
    return int((sizes * (sizes - 1) // 2).sum() - (own * (own - 1) // 2).sum())


def _at_least(pairs: int, expected: float) -> float:
    """The chance of so many pairs or more, were they Poisson distributed."""
    term, below = exp(-expected), 0.0
    for number in range(pairs):
        below += term
        term *= expected / (number + 1)
    return 1 - below


AUDIT = Audit(
    code="duplicated_patients",
    title="duplicated patients",
    threshold="issue if more patients agree in every column known at prediction than three times "
    "what chance gives makes likely (5 %); own rule",
    reference="Kapoor and Narayanan 2023, Patterns 4:100804, doi 10.1016/j.patter.2023.100804",
    rule=_rule,
    before_training=True,
)
