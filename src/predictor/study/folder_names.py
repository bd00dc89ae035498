"""Names that become folders, on any system."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LONGEST = 100
# Windows gives these to devices, whatever follows the first dot
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}
# beside the folders of learners lie these of the training itself
_TAKEN = {"record", "figures", "tables", "models", "report.json", "report.html"}


def folder_name(name: str) -> str:
    """The name of a learner as that of the folder where its model lies.

    Examples
    --------
    >>> folder_name("pain only")
    'pain_only'
    """
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_.")


def fault_of_folder_name(name: str, *, of: str) -> str | None:
    """Why a name cannot be that of a folder; None if it can.

    Parameters
    ----------
    name
        Letters, digits and ``_ - .`` only.
    of
        What bears it, to stand in a sentence.

    Examples
    --------
    >>> fault_of_folder_name("CON", of="a learner")
    "'CON' is a device on Windows, no name of a folder; choose another name for a learner"
    >>> fault_of_folder_name("ridge", of="a learner") is None
    True
    """
    other = f"choose another name for {of}"
    if not name.strip("._-"):
        return f"no letter or digit is left of the name, which becomes that of a folder; {other}"
    if len(name) > _LONGEST:
        return f"the name becomes that of a folder and is longer than {_LONGEST} signs; {other}"
    if name.casefold().partition(".")[0] in _DEVICES:
        return f"{name!r} is a device on Windows, no name of a folder; {other}"
    if name.endswith("."):
        return f"{name!r} ends with a point, which Windows leaves out of a folder's name; {other}"
    return None


def fault_of_learner_folder(slug: str, others: Iterable[str]) -> str | None:
    """Why a learner's files cannot lie in a folder of this name among those of the others."""
    if slug.casefold() in _TAKEN:
        return f"a folder {slug!r} would be mixed up with the training's own; choose another name"
    twins = [other for other in others if other.casefold() == slug.casefold()]
    if len(twins) > 1:
        names = ", ".join(map(repr, twins))
        return f"the name is empty or used twice, as a folder ({names})"
    return fault_of_folder_name(slug, of="the learner")
