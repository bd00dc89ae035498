"""Directions that were expected, and since when they are known to have been written down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from predictor.errors import PredictorError
from predictor.results import ExpectedDirections
from predictor.workflows.past_trainings import REPORTS
from predictor.workflows.prepared import Prepared
from predictor.workflows.record import RECORD, read_parameters

DIGEST = "expected"
"""Under which a training's parameters hold the digest."""


def expected_directions(prepared: Prepared) -> ExpectedDirections | None:
    """What the study expects, its digest, and the day of the first training that had the same.

    Trainings are looked for where their reports go by default, ``reports/<study>/``: a training
    that is not there has seen nothing. None if nothing is expected.
    """
    study = prepared.study
    if not study.expected:
        return None
    digest = digest_of(study.expected)
    began = [prepared.beginning.started, *_with_the_same(REPORTS / study.study, digest)]
    return ExpectedDirections(
        directions=study.expected,
        digest=digest,
        since=datetime.fromtimestamp(min(began) / 1_000, UTC).date().isoformat(),
    )


def digest_of(expected: Mapping[str, str]) -> str:
    """SHA-256 of the mapping, sorted by name, as JSON without blanks.

    Examples
    --------
    >>> digest_of({"b": "less", "a": "more"}) == digest_of({"a": "more", "b": "less"})
    True
    """
    text = json.dumps(dict(expected), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _with_the_same(reports: Path, digest: str) -> list[int]:
    """When trainings with the same directions began, in milliseconds since 1970."""
    found = []
    for folder in reports.iterdir() if reports.is_dir() else []:
        if folder.is_symlink() or not (folder / RECORD).is_file():
            continue
        try:
            started, parameters = read_parameters(folder)
        except PredictorError:
            continue  # a report that cannot be read says nothing
        if parameters.get(DIGEST) == digest:
            found.append(started)
    return found
