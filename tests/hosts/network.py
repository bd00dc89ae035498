"""Machines on a network, as network namespaces of this one (Linux, as root, iproute2)."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from types import TracebackType
from typing import Self

_SWITCH = "predictor-sw"
_NET = "10.77.0"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Network:
    """Hosts that are each connected by a cable to a switch, to which this machine is, too.

    Parameters
    ----------
    names
        Of the hosts; short.
    """

    def __init__(self, *names: str) -> None:
        self._addresses = {name: f"{_NET}.{number}" for number, name in enumerate(names, 11)}

    def __enter__(self) -> Self:
        self._end()
        _ip("link", "add", _SWITCH, "type", "bridge")
        _ip("address", "add", f"{_NET}.1/24", "dev", _SWITCH)
        _ip("link", "set", _SWITCH, "up")
        for name, address in self._addresses.items():
            space = self._space(name)
            _ip("netns", "add", space)
            _ip("link", "add", space, "type", "veth", "peer", "name", "eth0", "netns", space)
            _ip("link", "set", space, "master", _SWITCH, "up")
            for end in ("lo", "eth0"):
                _ip("-n", space, "link", "set", end, "up")
            _ip("-n", space, "address", "add", f"{address}/24", "dev", "eth0")
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for name in self._addresses:
            subprocess.run(["ip", "netns", "delete", self._space(name)], capture_output=True)
            subprocess.run(["ip", "link", "delete", self._space(name)], capture_output=True)
        subprocess.run(["ip", "link", "delete", _SWITCH], capture_output=True)

    @staticmethod
    def _space(name: str) -> str:
        return f"pr-{name}"

    def address(self, name: str) -> str:
        """Of a host."""
        return self._addresses[name]

    def inside(self, name: str) -> Sequence[str]:
        """What a command begins with that is to run on a host."""
        return ["ip", "netns", "exec", self._space(name)]

    def unplug(self, name: str) -> None:
        """Pull the cable of a host."""
        _ip("link", "set", self._space(name), "down")

    def plug(self, name: str) -> None:
        """Put it in again."""
        _ip("link", "set", self._space(name), "up")

    def part(self, *names: str) -> None:
        """Let some hosts reach everybody but each other, as a firewall does."""
        for name in self._addresses:
            isolated = "on" if name in names else "off"
            _ip("link", "set", self._space(name), "type", "bridge_slave", "isolated", isolated)

    def slow(self, name: str) -> None:
        """Make its cable a bad one, of 256 kbit a second each way, as in the years of modems."""
        for space, end in (([], self._space(name)), (["-n", self._space(name)], "eth0")):
            bucket = ["tbf", "rate", "256kbit", "burst", "10kb", "latency", "5s"]
            queue = ["qdisc", "replace", "dev", end, "root", *bucket]
            subprocess.run(["tc", *space, *queue], check=True, capture_output=True)
