"""What is sent to the server and what it answers, as types; its OpenAPI text is made of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

Cell = StrictBool | StrictInt | StrictFloat | StrictStr | None
Probability = Annotated[float, Field(ge=0.0, le=1.0)]


class Question(BaseModel):
    """Patients to be scored, each as values by column; the same columns as in a table."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    patients: list[dict[str, Cell]] = Field(min_length=1)
    lenient: StrictBool = Field(
        default=False,
        description="Score the patients whose values are right and give the reason for the others, "
        "instead of refusing all.",
    )


class ScoredPatient(BaseModel):
    """The score of one patient, with the identifiers that were sent; null is unknown."""

    model_config = ConfigDict(extra="allow", frozen=True)

    probability: Probability | None = Field(
        description="Of the outcome under treatment; null if the patient was not scored."
    )
    low: Probability | None = Field(
        description="2.5th percentile of the probability over models of other samples."
    )
    high: Probability | None = Field(description="97.5th percentile of the same.")
    effective_sample_size: float | None = Field(
        description="The probability is as sure as the mean of so many patients."
    )
    flags: list[str] = Field(description="Why to be careful, or why there is no score.")
    baseline: float | None = Field(
        description="Log-odds before anything is known about the patient."
    )
    contributions: dict[str, float | None] = Field(
        description="By covariate, in log-odds; with the baseline they make the probability."
    )
    explanation: str | None = Field(description="The strongest reasons in a sentence.")


class Answer(BaseModel):
    """The scores of the patients, in the order in which they were sent."""

    model_config = ConfigDict(frozen=True)

    model: str = Field(description="The model, as study/learner.")
    outcome: str = Field(description="What the probability is of.")
    predict_at: str = Field(description="The time point at which the prediction is made.")
    notice: str = Field(description="What the scores may be used for.")
    patients: list[ScoredPatient]


class PatientFault(BaseModel):
    """A rule that a patient breaks; never a value."""

    model_config = ConfigDict(frozen=True)

    patient: int | None = Field(description="Place among those that were sent, from 1.")
    column: str | None
    rule: str = Field(description="What was expected and what to do.")


class Refusal(BaseModel):
    """Why nothing was scored, and what to do."""

    model_config = ConfigDict(frozen=True)

    message: str
    faults: list[PatientFault] = Field(default_factory=list)


class Health(BaseModel):
    """That the server answers."""

    model_config = ConfigDict(frozen=True)

    status: str
