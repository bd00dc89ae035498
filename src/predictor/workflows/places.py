"""Where a training writes: writable, and nobody else's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from predictor.disk import LATEST, check_writable, refuse_foreign
from predictor.study import Study
from predictor.workflows.past_trainings import REPORTS
from predictor.workflows.prepared import Prepared
from predictor.workflows.reporting import PAGE, REPORT


@dataclass(frozen=True)
class Places:
    """Folders of one training: no other one writes there.

    Attributes
    ----------
    models
        With a folder for each learner.
    report
        Of its report.
    named
        Whether the user has chosen the folder of the report.
    """

    models: Path
    report: Path
    named: bool

    @classmethod
    def of(cls, prepared: Prepared, models: Path | str, out: Path | str | None) -> Self:
        """The folders of a training.

        Parameters
        ----------
        prepared
            The training.
        models
            Where saved models go: ``<models>/<study>/<training>/<learner>/``.
        out
            Where its report goes; ``reports/<study>/<training>/`` if None.
        """
        study, training = prepared.study.study, prepared.beginning.training
        report = REPORTS / study / training if out is None else Path(out)
        return cls(Path(models) / study / training, report, out is not None)

    @property
    def with_latest(self) -> tuple[Path, ...]:
        """Those beside which `latest` leads to the last training."""
        return (self.models,) if self.named else (self.models, self.report)


def check_places(study: Study, places: Places) -> None:
    """Refuse places before hours are spent on what goes there.

    Raises
    ------
    PredictorError
        If a place cannot be written, or something else is there.
    """
    for place in (places.models.parents[1], places.models, places.report):
        check_writable(place)
    foreign = [folder.with_name(LATEST) for folder in places.with_latest]
    refuse_foreign(
        [path for path in foreign if not path.is_symlink()],
        lambda _: False,
        kind="a link to the last training",
        way_out="move it away, or write elsewhere (--models, --out)",
    )
    refuse_foreign(
        [places.report / name for name in (REPORT, PAGE, "record", "figures", "tables")]
        + [places.report / learner.slug for learner in study.learners],
        lambda _: False,
        kind="of this training",
        way_out="choose another folder for the report (--out), or move it away",
    )
