"""What somebody else wrote is not replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from predictor.errors import PredictorError


def refuse_foreign(
    targets: Iterable[Path], ours: Callable[[Path], bool], *, kind: str, way_out: str
) -> None:
    """Refuse targets that exist and are not of the kind that is about to be written.

    Parameters
    ----------
    targets
        Files or folders about to be written or replaced.
    ours
        Whether a target that exists shows, by what it says itself, that this package wrote it.
    kind
        What is written, to stand after "is not".
    way_out
        What to do instead.

    Raises
    ------
    PredictorError
        Naming every one of them.
    """
    faults = []
    for target in targets:
        if target.is_symlink():
            faults.append(f"{target}: is a link, which is not replaced; {way_out}")
        elif target.exists() and not ours(target):
            faults.append(f"{target}: is there already and is not {kind}; {way_out}")
    if faults:
        raise PredictorError("\n".join(faults))
