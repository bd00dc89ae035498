"""Whether anybody listens at an address."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ssl import SSLContext


async def knock(address: str, secrets: Mapping[str, object], seconds: float) -> None:
    """Open a connection and close it again.

    Parameters
    ----------
    address
        ``tcp://host:port`` or ``tls://host:port``.
    secrets
        What Dask's settings say of connections; keys that are not shown would be noted as a fault.
    seconds
        How long to wait.

    Raises
    ------
    TimeoutError, OSError
        If nobody listens there, or not to these keys.
    """
    place = urlsplit(address)
    keys = cast("SSLContext | None", secrets.get("ssl_context")) if place.scheme == "tls" else None
    opening = asyncio.open_connection(place.hostname, place.port, ssl=keys)
    _, connection = await asyncio.wait_for(opening, seconds)
    connection.close()
