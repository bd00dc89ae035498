"""Other machines that compute: a Dask cluster (the extra ``predictor[cluster]``).

Dask is imported when a cluster is asked for. What is sent to it shows nothing of itself on Dask's
pages and in its logs, and a result has the bits it would have here.
"""

from __future__ import annotations

from predictor.cluster.connection import LOCAL, connect
from predictor.cluster.executor import Cluster
from predictor.cluster.pieces_there import PiecesThere

__all__ = ["LOCAL", "Cluster", "PiecesThere", "connect"]
