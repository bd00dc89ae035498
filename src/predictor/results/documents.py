"""What the smaller commands say with ``--json``: where something was written or sent."""

from __future__ import annotations

from typing import Literal

from predictor.results.base import Named, Result


class ScoredFile(Result):
    """The document of ``predictor score``.

    Attributes
    ----------
    study, learner, outcome, predict_at
        Of the model: what it predicts, and when.
    patients, scored, flagged
        Rows of the table, those with a probability, and those with a remark.
    out
        The file with the scores, or the folder of a table in parts.
    parts
        How many files of scores are in the folder; None for a file.
    kept
        How many of them an earlier run had done, which was not finished.
    taken
        How the table was read where that needs saying.
    notice
        What they must not be used for, and on whom the model was developed.
    """

    study: str
    learner: str
    outcome: str
    predict_at: str
    patients: int
    scored: int
    flagged: int
    out: str
    parts: int | None = None
    kept: int = 0
    taken: tuple[str, ...]
    notice: str


class ScoredPart(Result):
    """One file of a folder of scores.

    Attributes
    ----------
    name
        Of the file, and of that of the patients.
    patients, scored, flagged
        As those of `ScoredFile`.
    bytes, sha256
        Of the file.
    """

    name: str
    patients: int
    scored: int
    flagged: int
    bytes: int
    sha256: str


class ScoresManifest(Result):
    """What a folder of scores holds, and what made them: ``_manifest.json``, which lies in it.

    Attributes
    ----------
    format
        Of this document.
    predictor
        The version.
    study, learner, outcome, predict_at
        Of the model.
    model
        SHA-256 over everything the model says, as its ``model.json`` has it.
    lenient, explain, with_range
        How they were asked for.
    patients, scored, flagged
        Of all parts.
    parts
        In the order of the table.
    """

    format: Literal[1]
    predictor: str
    study: str
    learner: str
    model: str | None
    outcome: str
    predict_at: str
    lenient: bool
    explain: bool
    with_range: bool
    patients: int
    scored: int
    flagged: int
    parts: tuple[ScoredPart, ...]


class ExportedModel(Result):
    """The document of ``predictor export``.

    Attributes
    ----------
    study, learner, outcome, predict_at
        Of the model: what it predicts, and when.
    to
        The form that it was written in.
    files
        What was written.
    left_out
        What the model has and the form has not, in sentences.
    """

    study: str
    learner: str
    outcome: str
    predict_at: str
    to: str
    files: tuple[str, ...]
    left_out: tuple[str, ...]


class EnteredModel(Result):
    """A published model that was saved.

    Attributes
    ----------
    study, learner, outcome, predict_at
        Of the model: what it predicts, and when.
    source
        Who published it, and where.
    form
        What it is.
    columns
        Of the design matrix, which it reads.
    refused
        Covariates without which a patient gets no probability.
    model
        The folder of the saved model.
    """

    study: str
    learner: str
    outcome: str
    predict_at: str
    source: str
    form: Literal["equation", "points", "rule"]
    columns: tuple[str, ...]
    refused: tuple[str, ...]
    model: str


class EnteredModels(Result):
    """The document of ``predictor enter``."""

    models: tuple[EnteredModel, ...]


class WrittenPage(Result):
    """The document of ``predictor report``: where the numbers came from, where the page is."""

    study: str
    source: str
    report: str


class SentTraining(Result):
    """The document of ``predictor log``: where a training is in MLflow.

    Attributes
    ----------
    store
        The tracking URI, without user and password.
    run_id, run_ids
        The run of the training, and those of its learners.
    registered, champion_version
        The registered model of its question, and the version that is the champion now.
    already
        Whether it was there before.
    """

    study: str
    store: str
    run_id: str
    run_ids: Named[str]
    registered: str
    champion_version: int | None
    already: bool

    @property
    def champion_uri(self) -> str:
        """``models:/<registered model>@champion``."""
        return f"models:/{self.registered}@champion"


class PromotedModel(Result):
    """The document of ``predictor promote``: the champion that was named.

    Attributes
    ----------
    registered, version, learner, run_id
        The registered model and its version: its learner, and the run it comes from.
    before
        The version that was the champion; None if there was none.
    reason
        Why; kept as a tag of the version.
    """

    registered: str
    version: int
    before: int | None
    learner: str
    run_id: str
    reason: str


class StarterStudy(Result):
    """The document of ``predictor init``.

    Attributes
    ----------
    files
        What was written.
    questions
        What a draft from a table leaves open, the most urgent first; none of a starter study.
    declared, left_out
        How many columns of the table are in the dictionary of the draft, and how many are not.
    """

    files: tuple[str, ...]
    questions: tuple[str, ...] = ()
    declared: int | None = None
    left_out: int | None = None


class SyntheticCohort(Result):
    """The document of ``predictor simulate``; `truth` is the file of true probabilities, if any."""

    file: str
    patients: int
    truth: str | None
    synthetic: Literal[True] = True
