"""The body of a request as bytes: of the right kind, not too large, not too slow."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from predictor.server.refusals import RefusedError

# times the size that is taken: so much is dropped, and beyond it the connection, in which case many
# clients see only that
_DROPPED = 8
_CLOSE = {"Connection": "close"}  # what is left of the body is not read


async def body_of(request: Request, *, most: int, kind: str, seconds: float = 10.0) -> bytes:
    """Read the body of a request.

    Parameters
    ----------
    most
        Bytes.
    kind
        The content type, without parameters.
    seconds
        In which it has to arrive.

    Raises
    ------
    RefusedError
        415, 413 or 408.
    """
    too_large = RefusedError(
        413,
        f"the body has more than {most:,} bytes; send fewer patients at a time, or score a file "
        f"with predictor score",
        headers=_CLOSE,
    )
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > _DROPPED * most:
        raise too_large
    body, size = bytearray(), 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                size += len(part)
                if size > _DROPPED * most:
                    raise too_large
                if size <= most:
                    body += part
    except TimeoutError:
        raise RefusedError(
            408, "the request took too long to arrive; send it at once", headers=_CLOSE
        ) from None
    except ClientDisconnect:
        raise RefusedError(400, "the connection was closed") from None
    if size > most:
        raise too_large
    _check_kind(request, kind)
    return bytes(body)


def _check_kind(request: Request, kind: str) -> None:
    sent, _, parameters = request.headers.get("content-type", "").partition(";")
    if sent.strip().casefold() != kind:
        raise RefusedError(415, f"send {kind}, and say so in Content-Type")
    charset = parameters.partition("charset=")[2].strip(' "').casefold()
    if charset not in ("", "utf-8", "utf8"):
        raise RefusedError(415, "the body is to be UTF-8; send it so")
    if request.headers.get("content-encoding", "identity").strip().casefold() != "identity":
        raise RefusedError(415, "send the body as it is, without Content-Encoding")
