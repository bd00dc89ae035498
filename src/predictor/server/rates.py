"""How many requests a client, and all together, may make in a time; with bounded memory."""

from __future__ import annotations

import functools
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

_CLIENTS = 10_000
_ADDRESSES = 1_000  # that are not read again


class Rate:
    """A bucket of tokens per client: so many come in per second, a request takes one out.

    Parameters
    ----------
    per_second
        Tokens that come in.
    burst
        Tokens that fit in.
    clock
        Seconds; only differences count.
    """

    def __init__(
        self,
        per_second: float,
        burst: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def clients(self) -> int:
        """How many are remembered."""
        return len(self._buckets)

    def take(self, client: str) -> bool:
        """Take a token out; false if there is none."""
        left = self._left(client)
        allowed = left >= 1.0
        self._buckets[client] = (left - 1.0 if allowed else left, self._clock())
        self._buckets.move_to_end(client)
        if len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)  # who has not been here for the longest time
        return allowed

    def spent(self, client: str) -> bool:
        """Whether there is no token left."""
        return self._left(client) < 1.0

    def _left(self, client: str) -> float:
        left, then = self._buckets.get(client, (self._burst, self._clock()))
        return min(self._burst, left + (self._clock() - then) * self._per_second)


@functools.lru_cache(_ADDRESSES)
def client_of(address: str) -> str:
    """Who is counted as one client: an IPv4 address, or the network an IPv6 address is of.

    Examples
    --------
    >>> client_of("203.0.113.7"), client_of("2001:db8::1") == client_of("2001:db8::2")
    ('203.0.113.7', True)
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
