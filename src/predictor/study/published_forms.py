"""What a published model can be: an equation, a points score, or a rule."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, model_validator

from predictor.study.frozen import Frozen, Numbers, frozen

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(gt=0, lt=1, strict=True)]

_NEAREST = 1e-9  # knots, as a share of their range


def finite_number(value: object, otherwise: str) -> float:
    """A number, or a key of YAML or JSON that is one."""
    try:
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            found = float(value)
            if isfinite(found):
                return found
    except ValueError:
        pass
    raise ValueError(f"expected {otherwise}")


def _points(value: object) -> float | Mapping[float, float]:
    otherwise = "points per unit, or by the value from which on they are given, like {60: 1, 70: 2}"
    if not isinstance(value, Mapping):
        return finite_number(value, otherwise)
    if not value:
        raise ValueError(f"expected {otherwise}")
    steps = {
        finite_number(at, otherwise): finite_number(points, otherwise)
        for at, points in value.items()
    }
    return MappingProxyType(dict(sorted(steps.items())))


def as_written(value: object) -> object:
    """Mappings, and those within them, as plain ones."""
    if isinstance(value, Mapping):
        return {name: as_written(each) for name, each in value.items()}
    return value


plain_mapping = PlainSerializer(as_written)
Points = Annotated[
    float | Mapping[float, float],
    PlainValidator(_points, json_schema_input_type=float | Mapping[float, float]),
]
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

    items: Annotated[Mapping[str, Points], AfterValidator(MappingProxyType), plain_mapping] = Field(
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
