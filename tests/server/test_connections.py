"""What is written to a connection leaves whole, and nothing is lost at its end."""

from __future__ import annotations

import asyncio

import pytest

from predictor.server.connections import WholeAnswers


class Wire:
    """A transport that remembers each write."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def get_write_buffer_size(self) -> int:
        return 0


def written(how: str) -> list[bytes]:
    async def write() -> list[bytes]:
        wire = Wire()
        whole = WholeAnswers(wire, asyncio.get_running_loop())  # type: ignore[arg-type]
        whole.write(b"head ")
        whole.write(b"body")
        assert whole.get_write_buffer_size() == 9
        if how == "soon":
            await asyncio.sleep(0)
        else:
            getattr(whole, how)()
            assert whole.is_closing() is (how != "flush")
        await asyncio.sleep(0)
        return wire.sent

    return asyncio.run(write())


@pytest.mark.parametrize("how", ["soon", "flush", "close"])
def test_head_and_body_leave_together_and_once(how: str) -> None:
    assert written(how) == [b"head body"]


def test_nothing_leaves_a_connection_that_is_cut() -> None:
    assert written("abort") == []
