"""A saved model behind a page and an API (`predictor serve`)."""

from __future__ import annotations

from predictor.server.admission import Door
from predictor.server.application import asgi_application
from predictor.server.limits import Limits
from predictor.server.origins import is_local
from predictor.server.running import Place, serve
from predictor.server.tokens import SHORTEST, Token

__all__ = [
    "SHORTEST",
    "Door",
    "Limits",
    "Place",
    "Token",
    "asgi_application",
    "is_local",
    "serve",
]
