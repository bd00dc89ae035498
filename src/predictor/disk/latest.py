"""A name that stays for what was written last."""

from __future__ import annotations

from pathlib import Path

from predictor.disk.scratch import room

LATEST = "latest"


def link_latest(folder: Path) -> Path:
    """Let `latest`, beside a folder, lead to it; in one step, whatever it led to before.

    Returns
    -------
    Path
        The link, or the folder itself where there can be no links (Windows asks for a right that
        not everybody has).

    Raises
    ------
    OSError
        If something that is no link has the name.
    """
    link = folder.with_name(LATEST)
    with room(folder.parent) as place:
        new = place / LATEST
        try:
            new.symlink_to(folder.name, target_is_directory=True)
        except OSError:
            return folder
        new.replace(link)
    return link
