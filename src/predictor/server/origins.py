"""From where a request may come: names of the server, and pages of its own."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def is_local(host: str) -> bool:
    """Whether only this computer can reach a server on this address.

    Examples
    --------
    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def known_host(headers: Headers, names: Collection[str]) -> bool:
    """Whether a request names the server by one of these names, or as this computer.

    A page from elsewhere whose name was made to lead to 127.0.0.1 (DNS rebinding) has its own.
    """
    host = headers.get("host", "").casefold()
    name, _, port = host.rpartition(":")
    bare = name if port.isdigit() else host
    return bare in _LOOPBACK or bare in names


def same_origin(headers: Headers) -> bool:
    """Whether a request comes from a page of this server, or from no page at all.

    Browsers say from which page a form or a script sends; nothing else says so.
    """
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is None:
        return True
    _, _, place = origin.partition("://")
    return place.casefold() == headers.get("host", "").casefold()
