"""What tells one training from all others."""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}-[0-9a-f]{6}")
"""The name of a training, and of its folders."""


@dataclass(frozen=True)
class Beginning:
    """When a training began, and its name.

    Attributes
    ----------
    training
        The time in UTC and a random number, as the name of a folder: names sort by time.
    started
        Milliseconds since 1970, UTC.
    """

    training: str
    started: int

    @classmethod
    def now(cls) -> Self:
        """Of a training that begins."""
        started = time.time_ns() // 1_000_000
        stamp = datetime.fromtimestamp(started // 1_000, UTC)
        return cls(f"{stamp:%Y-%m-%dT%H%M%S}-{secrets.token_hex(3)}", started)
