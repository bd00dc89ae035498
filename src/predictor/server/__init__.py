"""A saved model behind a page and an API (`predictor serve`)."""

from __future__ import annotations
