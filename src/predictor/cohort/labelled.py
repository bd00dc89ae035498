"""Who is eligible, who responded, and how each patient left the analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from predictor.cohort.cohort import Cohort
from predictor.cohort.expressions import Labels, condition, conditions, number
from predictor.cohort.fault import Fault
from predictor.cohort.target import Target
from predictor.errors import DataError
from predictor.study import Study

FEWEST_EVENTS = 10
SAME_PATIENT = (
    "the same patient more than once; one row per patient is expected. If these are visits or "
    "forms of one treatment, say visits: which rows are of which time point (docs/study-file.md, "
    "one row per visit); if they are treatments, let an eligibility rule choose one"
)
"""The rule that a table breaks where a patient appears twice."""


class RepeatedPatientError(DataError):
    """A patient is there more than once; `fault` says where."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault

    def __reduce__(self) -> tuple[type[DataError], tuple[tuple[str, ...]]]:
        return DataError, (self.faults,)


@dataclass(frozen=True)
class Exclusion:
    """One eligibility rule and what it did: patients it refused, and those it could not decide."""

    rule: str
    excluded: int
    undecided: int


@dataclass(frozen=True)
class Flow:
    """From the rows of the table to the patients analysed."""

    rows: int
    exclusions: tuple[Exclusion, ...]
    eligible: int
    unlabelled: int
    labelled: int
    events: int

    def __add__(self, other: Flow) -> Flow:
        """From the rows of two tables to their patients, by the same rules."""
        rules = zip(self.exclusions, other.exclusions, strict=True)
        return Flow(
            self.rows + other.rows,
            tuple(
                Exclusion(one.rule, one.excluded + two.excluded, one.undecided + two.undecided)
                for one, two in rules
            ),
            self.eligible + other.eligible,
            self.unlabelled + other.unlabelled,
            self.labelled + other.labelled,
            self.events + other.events,
        )


@dataclass(frozen=True, repr=False)
class LabelledCohort:
    """Eligible patients with their label.

    Attributes
    ----------
    eligible
        The cohort of eligible patients, labelled or not.
    labels
        (eligible,) 1 event, 0 none, nan unlabelled.
    alternatives
        The same under every alternative definition.
    flow
        Counts on the way.
    criteria
        What the rule is made of: 1 met, 0 not met, nan unknown, by name of the criterion.
    graded
        (eligible,) how much of the event each shows, nan unknown; None if the study does not say.
    earlier
        The label at earlier time points that take part in the global test, by time point.
    """

    eligible: Cohort
    labels: Labels
    alternatives: Mapping[str, Labels]
    flow: Flow
    criteria: Mapping[str, Labels] = field(default_factory=dict)
    graded: Labels | None = None
    earlier: Mapping[str, Labels] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<LabelledCohort {self.flow}>"

    @property
    def labelled(self) -> Cohort:
        """Only patients with a label, in the order of `eligible`."""
        return self.eligible.take(np.flatnonzero(~np.isnan(self.labels)))

    def take(self, order: npt.NDArray[np.int64]) -> LabelledCohort:
        """The same patients in another order."""
        return replace(
            self,
            eligible=self.eligible.take(order),
            labels=self.labels[order],
            alternatives={name: other[order] for name, other in self.alternatives.items()},
            criteria={name: met[order] for name, met in self.criteria.items()},
            graded=None if self.graded is None else self.graded[order],
            earlier={point: label[order] for point, label in self.earlier.items()},
        )

    @property
    def target(self) -> Target:
        """What is predicted of the labelled patients: a rule is met or not."""
        known = ~np.isnan(self.labels)
        graded = None if self.graded is None else self.graded[known]
        return Target.binary(self.labels[known], graded)

    @property
    def y(self) -> Labels:
        """(labelled,) values of the target, for whoever needs them as numbers: 0 or 1."""
        return self.target.values


def eligible_rows(cohort: Cohort) -> tuple[list[int], tuple[Exclusion, ...]]:
    """Rows that pass every eligibility rule, and what each rule did, in the order of the rules.

    A rule for which nobody is left is not looked at.
    """
    study = cohort.study
    rows = list(range(len(cohort)))
    exclusions = []
    known = cohort.as_of(study.predict_at)
    for name, sql in study.eligible.items():
        if not rows:
            exclusions.append(Exclusion(name, 0, 0))
            continue
        passed = condition(known.take(rows), sql, f"{study.file}: eligible.{name}")
        exclusions.append(Exclusion(name, int(np.sum(passed == 0)), int(np.sum(np.isnan(passed)))))
        rows = [row for row, truth in zip(rows, passed, strict=True) if truth == 1]
    return rows, tuple(exclusions)


def check_left(study: Study, rows: int, exclusions: Sequence[Exclusion]) -> None:
    """Refuse so many rows of which nobody is eligible; DataError names the rule."""
    for rule in exclusions:
        rows -= rule.excluded + rule.undecided
        if not rows:
            raise DataError(f"{study.file}: eligible.{rule.rule}: no patient is left")


def label(cohort: Cohort) -> LabelledCohort:
    """Apply eligibility and the outcome rules.

    Raises
    ------
    StudyError
        If a rule is not valid SQL, looks too late, or depends on other patients.
    DataError
        If nobody is eligible or a patient appears twice among the eligible.
    """
    study = cohort.study
    rows, exclusions = eligible_rows(cohort)
    check_left(study, len(cohort), exclusions)
    eligible = cohort.take(rows)
    check_identifiers(eligible, rows)
    outcome = study.outcome
    known = eligible.as_of(outcome.known_at)
    labels, *met = conditions(
        known,
        {
            f"{study.file}: outcome.rule": outcome.rule,
            **{f"{study.file}: outcome.criteria.{n}": s for n, s in outcome.criteria.items()},
        },
    )
    criteria = dict(zip(outcome.criteria, met, strict=True))
    alternatives = _alternatives(eligible)
    unlabelled = int(np.isnan(labels).sum())
    flow = Flow(
        rows=len(cohort),
        exclusions=exclusions,
        eligible=len(eligible),
        unlabelled=unlabelled,
        labelled=len(eligible) - unlabelled,
        events=int(np.nansum(labels)),
    )
    graded = (
        None
        if outcome.graded is None
        else number(known, outcome.graded, f"{study.file}: outcome.graded")
    )
    earlier = {
        point: condition(eligible.as_of(point), rule, f"{study.file}: outcome.earlier.{point}")
        for point, rule in outcome.earlier.items()
        if point in study.global_test
    }
    return LabelledCohort(eligible, labels, alternatives, flow, criteria, graded, earlier)


def _alternatives(eligible: Cohort) -> dict[str, Labels]:
    """Labels under every other definition, each as known at its own time point."""
    study = eligible.study
    asked = {
        name: other.known_at or study.outcome.known_at
        for name, other in study.outcome.alternatives.items()
    }
    found: dict[str, Labels] = {}
    for point in dict.fromkeys(asked.values()):
        rules = {
            name: other.rule
            for name, other in study.outcome.alternatives.items()
            if asked[name] == point
        }
        labels = conditions(
            eligible.as_of(point),
            {f"{study.file}: outcome.alternatives.{n}": rule for n, rule in rules.items()},
        )
        found |= dict(zip(rules, labels, strict=True))
    return {name: found[name] for name in asked}


def check_enough(flow: Flow) -> None:
    """Refuse a cohort that cannot support a model.

    Raises
    ------
    DataError
        With fewer than 10 events or 10 patients without the event.
    """
    others = flow.labelled - flow.events
    if flow.labelled == 0:
        raise DataError("no patient has a label: the outcome rule is unknown for all of them")
    if min(flow.events, others) == 0:
        raise DataError(
            f"all {flow.labelled} labelled patients have the same label: nothing to predict"
        )
    if min(flow.events, others) < FEWEST_EVENTS:
        raise DataError(
            f"{flow.events} events and {others} patients without; at least {FEWEST_EVENTS} of each "
            f"are needed for a model whose performance can be estimated at all"
        )


def check_identifiers(cohort: Cohort, rows: list[int]) -> None:
    """Refuse a cohort in which a patient appears twice; `rows` are its rows in the table."""
    again = occurrences(cohort)
    if again.any():
        keys = np.asarray(cohort.keys.to_pylist(), dtype=object)
        fault = Fault(
            ", ".join(cohort.study.ids),
            tuple(rows[row] for row in np.flatnonzero(np.isin(keys, keys[again > 0]))),
            SAME_PATIENT,
            header=cohort.header,
        )
        raise RepeatedPatientError(fault)


def occurrences(cohort: Cohort) -> npt.NDArray[np.int64]:
    """(n,) how many rows of the same patient stand above each row."""
    keys = cohort.keys
    if len(keys.unique()) == len(keys):
        return np.zeros(len(keys), dtype=np.int64)
    seen: Counter[str] = Counter()
    above = []
    for key in keys.to_pylist():
        above.append(seen[key])
        seen[key] += 1
    return np.array(above, dtype=np.int64)
