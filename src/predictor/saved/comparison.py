"""What two saved models of the same training have in common."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from predictor.disk import parse_json
from predictor.saved import model as layout
from predictor.saved.model import Document
from predictor.scorers.families import FILES

_OF_THE_MODEL = ("scorer", "spread", "covariates", "pooled", "usual")
_OF_THE_TRAINING = ("champion", "verdict")  # of all learners that were trained together


def comparable(description: Document, files: Mapping[str, bytes]) -> Document:
    """What follows from patients, study and seed, whenever and beside whatever it was trained.

    Parameters
    ----------
    description, files
        What ``model.json`` says, and the content of the other files by name.

    Returns
    -------
    Mapping
        The numbers of ``model.json`` and of the model's own files (of a file that is no JSON, its
        hash), and `performance`.
    """
    own = {name: files[name] for name in FILES if name in files}
    performance = parse_json(files[layout.PERFORMANCE])
    return {
        **{name: description.get(name) for name in _OF_THE_MODEL},
        **{
            name: parse_json(content) if name.endswith(".json") else _hash(content)
            for name, content in own.items()
        },
        "performance": {k: v for k, v in performance.items() if k not in _OF_THE_TRAINING},
    }


def _hash(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
