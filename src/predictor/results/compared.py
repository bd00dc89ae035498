"""The trainings of a study over time, and two of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from predictor.results.base import FORMAT, Number, Result
from predictor.results.html import paragraphs, table
from predictor.results.intervals import Interval, IntervalEstimate
from predictor.results.words import PLAIN_NONE, number, plain, with_interval

if TYPE_CHECKING:
    import pandas as pd

Headline = Literal["auroc", "log_loss", "brier"]
HEADLINE: tuple[Headline, ...] = ("auroc", "log_loss", "brier")
"""Measures in which trainings are compared."""
TITLES = {"auroc": "AUROC", "log_loss": "log loss", "brier": "Brier"}

# keys of the study file say by themselves what they are about
_WHERE = {
    "SQL": "SQL of the covariates",
    "study": "study file: {}",
    "data": "table: {}",
    "version": "version: {}",
}


class ListedTraining(Result):
    """A training as it stands in a list.

    Attributes
    ----------
    training, run_id
        Its name, and its run if it was found in a tracker.
    title, started
        What it is called, and when it began, in UTC.
    outcome, predict_at, patients, events
        What was predicted, from when, of how many.
    subject, auroc, log_loss, brier
        The learner it is about, and its headline numbers; None if nothing was learned.
    verdict
        In two words.
    """

    training: str
    run_id: str | None
    title: str
    started: str
    outcome: str
    predict_at: str
    patients: int | None
    events: int | None
    subject: str | None
    auroc: IntervalEstimate
    log_loss: Number
    brier: Number
    verdict: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Texts for a row of a table, under `TrainingsOfStudy.headings`."""
        counts = (self.patients, self.events)
        return (
            self.training,
            self.title,
            f"{self.outcome} at {self.predict_at}",
            *(PLAIN_NONE if each is None else str(each) for each in counts),
            self.subject or PLAIN_NONE,
            with_interval(self.auroc).replace("–", PLAIN_NONE),
            plain(self.log_loss, 3),
            self.verdict,
        )


class ChangedPart(Result):
    """Something that went into one training and not, or otherwise, into the other.

    Attributes
    ----------
    what
        ``outcome``, ``eligibility``, ``learners``, ``plan`` and ``study``: a key of the study file;
        ``SQL``: the feature pipeline; ``data``: the fingerprint or a count; ``seed``; ``version``:
        of a package.
    name
        Which of them.
    first, second
        As text; None where there is nothing, or where `lines` say it.
    lines
        Of SQL: what differs, as a unified diff.
    """

    what: Literal[
        "outcome", "eligibility", "SQL", "learners", "plan", "study", "data", "seed", "version"
    ]
    name: str
    first: str | None
    second: str | None
    lines: tuple[str, ...]

    @property
    def where(self) -> str:
        """What and which, as in ``study file: columns.pain.range.0``."""
        return _WHERE.get(self.what, "{}").format(self.name)

    @property
    def words(self) -> str:
        """It as a line, without the lines of a diff."""
        if self.lines:
            return f"{self.where} is another one"
        first, second = (text or "not there" for text in (self.first, self.second))
        return f"{self.where}: {first} -> {second}"


class MeasuredDifference(Interval):
    """Difference of two trainings in a measure, second minus first, with its interval.

    Attributes
    ----------
    first_learner, second_learner
        Which of each; of the same name, but for subjects.
    subjects
        Whether both are what their training is about.
    measure
        ``auroc``, ``log_loss`` or ``brier``.
    first, second, difference
        Both estimates, and second minus first.
    verdict
        Whether the second is better or worse, or no difference was shown.
    """

    first_learner: str
    second_learner: str
    subjects: bool
    measure: Headline
    first: Number
    second: Number
    difference: Number
    verdict: Literal["better", "worse", "within noise"]

    @property
    def who(self) -> str:
        """The learner, or both, and whether the trainings are about them."""
        one = self.first_learner == self.second_learner
        name = self.first_learner if one else f"{self.first_learner} -> {self.second_learner}"
        return f"{name} (subject)" if self.subjects else name

    @property
    def plain_cells(self) -> tuple[str, ...]:
        """`cells` in ASCII, but for names."""
        return tuple(cell.replace("−", "-").replace("–", PLAIN_NONE) for cell in self.cells)

    @property
    def cells(self) -> tuple[str, ...]:
        """Texts for a row of a table, under `ComparedTrainings.headings`."""
        signed = IntervalEstimate(estimate=self.difference, low=self.low, high=self.high)
        return (
            self.who,
            TITLES[self.measure],
            number(self.first, 3),
            number(self.second, 3),
            with_interval(signed, 3),
            self.verdict,
        )


class ComparedTrainings(Result):
    """Two trainings side by side.

    Attributes
    ----------
    first, second
        Their names; differences are second minus first.
    changed
        What differs in what went in.
    paired
        Whether both were trained and tested on the same samples of the same patients.
    why
        In words, what that means for the intervals; if they are not paired, why.
    differences
        Of the subjects, then of each learner that both have.
    """

    first: str
    second: str
    changed: tuple[ChangedPart, ...]
    paired: bool
    why: str
    differences: tuple[MeasuredDifference, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """Of a table of differences."""
        return ("learner", "measure", "first", "second", "difference (95 % interval)", "second is")

    @property
    def conclusion(self) -> str:
        """Whether the subject of the second does better, by its AUROC, in a sentence."""
        about = [each for each in self.differences if each.subjects and each.measure == "auroc"]
        if not about:
            return "There is no learner to compare: one of the trainings is about none."
        if about[0].difference is None:
            return "The AUROC is not estimable in one of the trainings."
        words = {
            "better": "is better than that of the first by more than noise",
            "worse": "is worse than that of the first by more than noise",
            "within noise": "does not differ from that of the first by more than noise",
        }
        return f"The AUROC of the second {words[about[0].verdict]}."

    def _repr_html_(self) -> str:
        rows = [each.cells for each in self.differences]
        said = paragraphs([*(each.words for each in self.changed), self.why, self.conclusion])
        return said + table(self.headings, rows)

    def to_frame(self) -> pd.DataFrame:
        """A row per learner and measure: both estimates, the difference, its interval, verdict."""
        import pandas as pd

        columns = list(MeasuredDifference.model_fields)
        frame = pd.DataFrame([dict(each) for each in self.differences], columns=columns)
        return frame.astype(dict.fromkeys(("first", "second", "difference", "low", "high"), float))


class TrainingsOfStudy(Result):
    """The trainings of a study, and what lies between two of them: ``predictor compare``.

    Attributes
    ----------
    format
        Of this document.
    study, source
        Which, and where its trainings were found: a folder, or the store of a tracker.
    trainings
        From the first to the last.
    left_out
        Folders that are no whole training, or of a version that cannot be read.
    compared
        Two of them; None if there is only one.
    """

    format: Literal[1] = FORMAT
    study: str
    source: str
    trainings: tuple[ListedTraining, ...]
    left_out: tuple[str, ...]
    compared: ComparedTrainings | None

    @property
    def headings(self) -> tuple[str, ...]:
        """Of a table of trainings."""
        return (
            "training", "title", "outcome", "patients", "events", "subject",
            "AUROC (95 % interval)", "log loss", "verdict",
        )  # fmt: skip

    def _repr_html_(self) -> str:
        rows = [each.cells for each in self.trainings]
        below = "" if self.compared is None else self.compared._repr_html_()
        return table(self.headings, rows) + below

    def to_frame(self) -> pd.DataFrame:
        """A row per training, from the first to the last; the interval in `low` and `high`."""
        import pandas as pd

        rows = [
            {**dict(each), "auroc": each.auroc.estimate, "low": each.auroc.low,
             "high": each.auroc.high, "started": pd.Timestamp(each.started)}
            for each in self.trainings
        ]  # fmt: skip
        numbers = ("auroc", "low", "high", "log_loss", "brier")
        columns = [*ListedTraining.model_fields, "low", "high"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, float))
