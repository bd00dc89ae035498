"""Studies of one name ask one question."""

from __future__ import annotations

from collections.abc import Mapping

from predictor.errors import StudyError
from predictor.study import differences


def refuse_another(
    study: str, before: Mapping[str, str], now: Mapping[str, str], *, store: str, way_out: str
) -> None:
    """Refuse a training that would take the champion of a study that predicts something else.

    Parameters
    ----------
    study
        The name of both.
    before, now
        What the last training of this name predicts, and what this one does. A training of an
        earlier version says less.
    store, way_out
        Where the other one is, and what can be done besides renaming this study.

    Raises
    ------
    StudyError
        Naming what differs.
    """
    different = differences(before, now)
    if different:
        said = "; ".join(f"{name} {before[name]!r}, here {now[name]!r}" for name in different)
        raise StudyError(
            f"{store} has another study with the name {study!r}: {said}. Its champion would "
            "become one that predicts something else: rename this study (key study of the study "
            f"file), or {way_out}."
        )
