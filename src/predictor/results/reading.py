"""A result that was kept, read again."""

from __future__ import annotations

from pathlib import Path

from predictor.disk import parse_json, read_plain
from predictor.errors import PredictorError
from predictor.results.training import TrainingResult

_LARGEST = 2**27  # bytes


def read_training(path: Path | str) -> TrainingResult:
    """The result of a training, from its ``report.json``.

    Raises
    ------
    PredictorError
        If there is no such file, or it is no report that this version reads.
    """
    path = Path(path)
    try:
        document = parse_json(read_plain(path, limit=_LARGEST))
    except FileNotFoundError:
        raise PredictorError(
            f"{path.parent}: has no {path.name}; name the folder that `predictor train` wrote its "
            "report to"
        ) from None
    except OSError as error:
        raise PredictorError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise PredictorError(f"{path}: cannot be read as JSON; train again") from None
    try:
        return TrainingResult.from_json(document)
    except ValueError:
        raise PredictorError(
            f"{path}: is not a report of `predictor train`, or not as this version writes it; "
            "train again"
        ) from None
