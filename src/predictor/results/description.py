"""The patients of a study, before anybody predicts: the content of ``describe.json``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from predictor.results.base import FORMAT, Count, Named, Number, Result
from predictor.results.cohort import Flow
from predictor.results.course import Change, Step, Trajectories
from predictor.results.html import paragraphs, table
from predictor.results.intervals import Interval
from predictor.results.label_limits import LabelLimits
from predictor.results.redundancy import Redundancy


class NumberInGroup(Result):
    """A number in a group of patients; None where too few have it.

    Attributes
    ----------
    apart
        Patients with another value than the commonest; None in what may be shared.
    """

    missing: int
    median: Number
    q1: Number
    q3: Number
    mean: Number
    sd: Number
    apart: int | None = None


class LevelsInGroup(Result):
    """Patients of a group by level; `together` those of all levels that are pooled."""

    missing: int
    counts: Named[Count]
    together: Count | None = None


class _Characteristic(Result):
    """A column, with the standardised differences between groups.

    Attributes
    ----------
    standardised_difference
        Between responders and the others.
    standardised_difference_unlabelled
        Between patients without a label and those with one.
    """

    name: str
    meaning: str | None
    unit: str | None
    standardised_difference: Number
    standardised_difference_unlabelled: Number


class NumberCharacteristic(_Characteristic):
    """A number, by group of patients, and of all with a label (None in older documents)."""

    kind: Literal["number"]
    groups: Named[NumberInGroup]
    labelled: NumberInGroup | None = None


class LevelsCharacteristic(_Characteristic):
    """A category or flag, by group of patients.

    Attributes
    ----------
    labelled
        All patients with a label; None in older documents.
    pooled
        Levels that are counted together, for few patients have each; none where all is shown.
    """

    kind: Literal["category", "flag"]
    groups: Named[LevelsInGroup]
    labelled: LevelsInGroup | None = None
    pooled: tuple[str, ...] = ()

    @property
    def levels(self) -> tuple[str, ...]:
        """Those with a count of their own."""
        first = next(iter(self.groups.values()))
        return tuple(level for level in first.counts if level not in self.pooled)


Characteristic = Annotated[NumberCharacteristic | LevelsCharacteristic, Field(discriminator="kind")]


class Characteristics(Result):
    """Table 1: sizes of the groups, and a row per column."""

    groups: Named[int]
    rows: tuple[Characteristic, ...]


class Share(Interval):
    """Events among the labelled, with Wilson's interval."""

    labelled: Count
    events: Count
    share: Number


class Responders(Share):
    """Events at a time."""

    time: str


class Transition(Step):
    """What became of the response; `unknown`: of whom one of the two labels is not known."""

    kept: Count
    lost: Count
    gained: Count
    neither: Count
    unknown: Count


class McNemarP(Result):
    """P values of McNemar's test, in its four forms."""

    exact: Number
    mid_p: Number
    uncorrected: Number
    corrected: Number


class McNemar(Step):
    """McNemar's tests of a transition."""

    p: McNemarP


class Duration(Step, Interval):
    """Of the responders seen again, how many still responded, with Wilson's interval."""

    responders: Count
    kept: Count
    share: Number


class DefinitionShare(Share):
    """Events by a definition of response.

    Attributes
    ----------
    compared, differs
        Patients with both labels, and with another than by the rule; None for the rule itself.
    """

    definition: str
    compared: int | None
    differs: Count | None


class LabelPath(Result):
    """A combination of criteria (yes, no, unknown), which of them hold, patients per label."""

    criteria: Named[str]
    holds: str
    patients: Named[Count]


class Conflict(Result):
    """A combination in which one criterion holds and another does not."""

    criteria: Named[str]
    patients: Count


class LabelPaths(Result):
    """How the labels came about.

    Attributes
    ----------
    criteria, reported
        Names; the one that is a judgement.
    decided_without
        Labelled patients of whom a criterion is unknown, by criterion.
    """

    criteria: tuple[str, ...]
    reported: str | None
    rows: tuple[LabelPath, ...]
    conflicts: tuple[Conflict, ...]
    decided_without: Named[Count]


class DefinitionByGroup(Result):
    """A definition, counted in every group."""

    definition: str
    groups: Named[Share]


class ByGroup(Result):
    """Events by a category or flag; `missing`: of whom it is not known."""

    column: str
    meaning: str | None
    sizes: Named[Count]
    missing: int
    rows: tuple[DefinitionByGroup, ...]


class MissingColumn(Result):
    """A column, and of how many patients it is missing."""

    name: str
    known_at: str
    missing: int
    of: int
    meaning: str | None = None


class MissingPattern(Result):
    """Columns that the same patients lack."""

    columns: tuple[str, ...]
    patients: int


class RarePatterns(Result):
    """Patterns of too few patients to be told."""

    patterns: int
    patients: Count


class Missing(Result):
    """What is missing, and together with what; `rare` is None where all is told."""

    columns: tuple[MissingColumn, ...]
    patterns: tuple[MissingPattern, ...]
    rare: RarePatterns | None = None


class Described(Result):
    """What is found of the patients.

    Attributes
    ----------
    by
        None if no column was asked for.
    labels
        None if the outcome has no criteria.
    few
        Results that rest on fewer than five patients.
    """

    characteristics: Characteristics
    trajectories: Trajectories | None
    changes: tuple[Change, ...]
    responders: tuple[Responders, ...]
    transitions: tuple[Transition, ...]
    mcnemar: tuple[McNemar, ...]
    durations: tuple[Duration, ...]
    definitions: tuple[DefinitionShare, ...]
    labels: LabelPaths | None
    by: ByGroup | None
    missing: Missing
    few: tuple[str, ...]


class PublishedFigure(Result):
    """A published figure and the one found here; None if there is none of this name."""

    name: str
    published: str
    found: str | None
    remark: str | None


class Published(Result):
    """Published figures, where they come from, and what is to be known of them."""

    source: str | None
    note: str | None
    rows: tuple[PublishedFigure, ...]


class OutcomeDefinition(Result):
    """The outcome, as in the study file."""

    name: str
    known_at: str
    rule: str


class Description(Described):
    """The result of ``predictor describe``.

    Attributes
    ----------
    individual
        Whether small counts are shown: personal data.
    label_limits
        Whether the label can be predicted at all; None in older documents.
    redundancy
        Covariates that say the same; None in older documents, or with fewer than two covariates.
    sentences
        What the numbers say.
    """

    format: Literal[1] = FORMAT
    study: str
    title: str | None
    timepoints: Named[str]
    predict_at: str
    outcome: OutcomeDefinition
    individual: bool
    data: Flow
    published: Published | None
    label_limits: LabelLimits | None = None
    redundancy: Redundancy | None = None
    sentences: tuple[str, ...]
    versions: Named[str]
    time: str

    def _repr_html_(self) -> str:
        rows = [(each.time, str(each.events), str(each.labelled)) for each in self.responders]
        return table(("time", "responders", "of"), rows) + paragraphs(self.sentences)
