"""A model that was published elsewhere, as a study file says it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, model_validator

from predictor.study.frozen import Frozen, Numbers, Texts, frozen
from predictor.study.published_forms import (
    Equation,
    PointsScore,
    Rule,
    finite_number,
    plain_mapping,
)

REFUSE: Literal["refuse"] = "refuse"


def _gaps(value: object) -> Mapping[str, float | str] | str:
    if value == REFUSE:
        return REFUSE
    if isinstance(value, Mapping):
        return MappingProxyType(
            {
                str(name): each
                if each == REFUSE
                else finite_number(each, f"{name}: a number, or refuse")
                for name, each in value.items()
            }
        )
    raise ValueError("expected refuse, or by column a number or refuse")


Gaps = Annotated[
    Mapping[str, float | str] | str,
    PlainValidator(
        _gaps,
        json_schema_input_type=Literal["refuse"] | Mapping[str, float | Literal["refuse"]],
    ),
    plain_mapping,
]
"""What a missing value is taken as, by column; or ``refuse``."""


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
