"""What learners leave behind: plain numbers that give probabilities and contributions.

Each family of scorers is one file, and one line in `families`.
"""

from __future__ import annotations

from predictor.scorers.contract import Scorers
from predictor.scorers.families import kinds, scorers_from_arrays
from predictor.scorers.linear import LinearScorers

__all__ = ["LinearScorers", "Scorers", "kinds", "scorers_from_arrays"]
