"""A model that was published elsewhere, as a study file says it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, model_validator

from predictor.study.frozen import Frozen, Numbers, Texts, frozen

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1, strict=True)]
REFUSE: Literal["refuse"] = "refuse"

_NEAREST = 1e-9  # knots, as a share of their range


def _number(value: object, otherwise: str) -> float:
    """A number, or a key of YAML or JSON that is one."""
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            found = float(value)
            if isfinite(found):
                return found
    except ValueError:
        pass
    raise ValueError(f"expected {otherwise}")


def _gaps(value: object) -> Mapping[str, float | str] | str:
    if value == REFUSE:
        return REFUSE
    if isinstance(value, Mapping):
        return MappingProxyType(
            {
                str(name): each if each == REFUSE else _number(each, f"{name}: a number, or refuse")
                for name, each in value.items()
            }
        )
    raise ValueError("expected refuse, or by column a number or refuse")


def _points(value: object) -> float | Mapping[float, float]:
    otherwise = "points per unit, or by the value from which on they are given, like {60: 1, 70: 2}"
    if not isinstance(value, Mapping):
        return _number(value, otherwise)
    if not value:
        raise ValueError(f"expected {otherwise}")
    steps = {_number(at, otherwise): _number(points, otherwise) for at, points in value.items()}
    return MappingProxyType(dict(sorted(steps.items())))


def _as_written(value: object) -> object:
    """Mappings, and those within them, as plain ones."""
    if isinstance(value, Mapping):
        return {name: _as_written(each) for name, each in value.items()}
    return value


_plain = PlainSerializer(_as_written)
Gaps = Annotated[Mapping[str, float | str] | str, PlainValidator(_gaps), _plain]
"""What a missing value is taken as, by column; or ``refuse``."""
Points = Annotated[float | Mapping[float, float], PlainValidator(_points)]
"""Points per unit, or by the value from which on they are given."""


class SplineCurve(Frozen):
    """A restricted cubic spline of one covariate.

    Attributes
    ----------
    knots
        3 to 7, in increasing order, in the unit of the covariate.
    coefficients
        Of the covariate itself, and of the further terms, one fewer than knots: as
        ``rms::rcs`` orders and scales them (`predictor.scorers.splines.spline_terms`).
    """

    knots: tuple[Finite, ...] = Field(min_length=3, max_length=7)
    coefficients: tuple[Finite, ...]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        least = _NEAREST * abs(self.knots[-1] - self.knots[0])
        if any(not after - before > least for before, after in pairwise(self.knots)):
            raise ValueError("knots: expected different numbers in increasing order")
        if len(self.coefficients) != len(self.knots) - 1:
            raise ValueError(
                f"coefficients: expected {len(self.knots) - 1} for {len(self.knots)} knots, that "
                f"of the covariate itself and those of its {len(self.knots) - 2} further terms; "
                f"there are {len(self.coefficients)}"
            )
        return self


class Equation(Frozen):
    """A sum of log-odds.

    Attributes
    ----------
    intercept
        Log-odds where every column is 0.
    coefficients
        Log-odds per unit, by column of the design matrix: `age_years`, `sex=male`.
    splines
        Curves of covariates that have no coefficient, by covariate.
    """

    intercept: Finite
    coefficients: Numbers = Field(default_factory=dict, validate_default=True)
    splines: Annotated[Mapping[str, SplineCurve], *frozen] = Field(
        default_factory=dict, validate_default=True
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not self.coefficients and not self.splines:
            raise ValueError("it has no coefficients")
        if twice := [name for name in self.splines if name in self.coefficients]:
            raise ValueError(
                f"{', '.join(twice)} has a coefficient and a spline; the first coefficient of the "
                f"spline is that of the covariate itself"
            )
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it reads."""
        return (*self.coefficients, *self.splines)


class PointsScore(Frozen):
    """Points that are added up, and what a sum of them means.

    Attributes
    ----------
    items
        By column of the design matrix: points per unit, or points by the value from which on they
        are given (``{60: 1, 70: 2}``: none below 60).
    probability
        Of the event, by the sum from which on it holds.
    intercept
        Or the log-odds of a patient without points,
    slope
        and how many more log-odds each point makes.
    """

    items: Annotated[Mapping[str, Points], AfterValidator(MappingProxyType), _plain] = Field(
        min_length=1
    )
    probability: Annotated[Mapping[Finite, Share], *frozen] = Field(
        default_factory=dict, validate_default=True
    )
    intercept: Finite | None = None
    slope: Finite | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        straight = [self.intercept is not None, self.slope is not None]
        if (any(straight) == bool(self.probability)) or any(straight) != all(straight):
            raise ValueError(
                "say what a sum of points means: `probability: {0: 0.1, 3: 0.4}` by the sum from "
                "which on it holds, or `intercept` and `slope` of the log-odds, one of the two"
            )
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it reads."""
        return tuple(self.items)


class Condition(Frozen):
    """What a rule asks of one column.

    Attributes
    ----------
    at_least
        The value from which on it is met.
    below
        Or the value below which it is met.
    """

    at_least: Finite | None = None
    below: Finite | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.at_least is None) == (self.below is None):
            raise ValueError("give at_least or below, one of the two")
        return self


class Rule(Frozen):
    """Conditions that are all met, or not; and what becomes of either patients.

    A rule by itself classifies and gives no probability. Two shares make it a model: published
    ones, or those that follow from a published sensitivity and specificity at a share of events.

    Attributes
    ----------
    all_of
        By column of the design matrix.
    met
        Share of events among patients who meet it.
    not_met
        Share of events among the others.
    sensitivity
        Or, of what these follow: share of patients with the event who meet it,
    specificity
        share of patients without the event who do not,
    prevalence
        and the share of events that they are to be used at.
    """

    all_of: Annotated[Mapping[str, Condition], *frozen] = Field(min_length=1)
    met: Share | None = None
    not_met: Share | None = None
    sensitivity: Share | None = None
    specificity: Share | None = None
    prevalence: Share | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        shares = [each is not None for each in (self.met, self.not_met)]
        accuracy = [e is not None for e in (self.sensitivity, self.specificity, self.prevalence)]
        if any(shares) == any(accuracy) or not (all(shares) or all(accuracy)):
            raise ValueError(
                "a rule by itself gives no probability; say what share of the patients has the "
                "event, `met` and `not_met`, or `sensitivity`, `specificity` and the `prevalence` "
                "they were found at. Where nothing of it was published, make the rule a flag of "
                "the feature pipeline and let a learner find the two shares: `{learner: logistic, "
                "covariates: [the_flag], comparator: true}`"
            )
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it reads."""
        return tuple(self.all_of)

    @property
    def shares(self) -> tuple[float, float]:
        """Share of events where the rule is not met, and where it is (Bayes' theorem)."""
        if self.met is not None and self.not_met is not None:
            return self.not_met, self.met
        p, sensitivity = self.prevalence or 0.0, self.sensitivity or 0.0
        specificity = self.specificity or 0.0
        missed, found = p * (1 - sensitivity), p * sensitivity
        spared, alarmed = (1 - p) * specificity, (1 - p) * (1 - specificity)
        return missed / (missed + spared), found / (found + alarmed)


class PublishedModel(Frozen):
    """A model that stands as it is: nothing of it is learned here.

    Attributes
    ----------
    file
        The folder of a saved model. What is kept of a training says the model itself in its place,
        so that it can be repeated without that folder.
    source
        Who published it, and where: citation, DOI.
    patients
        How many it was made from; None where that was not published.
    events
        How many of them had the event.
    equation
        What it is, if that is a sum of log-odds,
    points
        a score,
    rule
        or a rule: one of the three.
    units
        Of the numbers it reads, by covariate; compared with those of the dictionary.
    missing
        What a missing value is taken as, by column, or ``refuse``: the patient gets no
        probability. In place of the columns ``refuse`` for all of them.
    means
        Of the patients it was made from, by column: contributions are counted from there.
    standard_deviations
        Of the same: with the means they tell patients who are unlike them.
    """

    file: str | None = None
    source: str | None = Field(default=None, min_length=1)
    patients: int | None = Field(default=None, ge=1, strict=True)
    events: int | None = Field(default=None, ge=0, strict=True)
    equation: Equation | None = None
    points: PointsScore | None = None
    rule: Rule | None = None
    units: Texts = Field(default_factory=dict, validate_default=True)
    missing: Gaps | None = None
    means: Numbers = Field(default_factory=dict, validate_default=True)
    standard_deviations: Annotated[
        Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]], *frozen
    ] = Field(default_factory=dict, validate_default=True)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        forms = [name for name in ("equation", "points", "rule") if getattr(self, name) is not None]
        if self.file is not None:
            if self.model_fields_set != {"file"}:
                raise ValueError("give the folder of a saved model, or say the model itself")
            return self
        if len(forms) != 1:
            raise ValueError(
                f"say what it is: equation, points or rule, one of the three; there "
                f"{'is none' if not forms else 'are ' + ' and '.join(forms)}"
            )
        if self.source is None:
            raise ValueError("source is missing: who published it, and where (citation, DOI)")
        if self.events is not None and (self.patients is None or self.events > self.patients):
            raise ValueError("events: more than patients, or of an unknown number of patients")
        self._agree_about_columns()
        return self

    def _agree_about_columns(self) -> None:
        covariates = {column.partition("=")[0] for column in self.columns}
        for what, names, known in (
            ("units", self.units, covariates),
            ("means", self.means, self.columns),
            ("standard_deviations", self.standard_deviations, self.columns),
            ("missing", self._by_column, self.columns),
        ):
            if unknown := [name for name in names if name not in known]:
                raise ValueError(
                    f"{what}.{unknown[0]}: the model does not read it; it reads "
                    f"{', '.join(sorted(known))}"
                )
        said = self.columns if self.missing == REFUSE else self._by_column
        if unsaid := [column for column in self.columns if column not in said]:
            raise ValueError(
                f"missing: say what a missing value is taken as, by column ({', '.join(unsaid)}), "
                f"or refuse: the patient gets no probability then"
            )
        by_covariate: dict[str, set[bool]] = {}
        for column in self.columns:
            by_covariate.setdefault(column.partition("=")[0], set()).add(column in self.refused)
        if unlike := [name for name, kinds in by_covariate.items() if len(kinds) > 1]:
            raise ValueError(f"missing: {unlike[0]} is refused in some of its columns only")

    @property
    def form(self) -> Equation | PointsScore | Rule:
        """What it is."""
        for form in (self.equation, self.points, self.rule):
            if form is not None:
                return form
        raise ValueError("a model that is named by its folder has to be read first")

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the design matrix that it reads; none of one that is named by its folder."""
        return () if self.file is not None else self.form.columns

    @property
    def refused(self) -> frozenset[str]:
        """Columns without which a patient gets no probability."""
        if self.missing == REFUSE:
            return frozenset(self.columns)
        return frozenset(name for name, value in self._by_column.items() if value == REFUSE)

    @property
    def taken_as(self) -> Mapping[str, float]:
        """What a missing value is taken as, by column."""
        return {n: value for n, value in self._by_column.items() if isinstance(value, float)}

    @property
    def _by_column(self) -> Mapping[str, float | str]:
        return self.missing if isinstance(self.missing, Mapping) else {}
