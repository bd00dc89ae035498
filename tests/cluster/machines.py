"""A Dask cluster as a user starts one: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PATIENCE = 60.0
"""Seconds that anything here may take; a slow machine is no fault."""
OF_ITS_OWN = r'"(seconds|time|run_id)": [^\n]*'
"""What two runs of one training print of their own."""


def of_any_run(out: str) -> str:
    """What `train --json` prints, without the ids of a training, and when it was."""
    out = out.replace(json.loads(out)["training"], "TRAINING")
    return re.sub(OF_ITS_OWN, r'"\1"', out)


def wait_until(true: Any, what: str, seconds: float = PATIENCE) -> None:
    """Look again and again whether something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} seconds"
        time.sleep(0.05)


@dataclass
class Machines:
    """The processes of a cluster, their logs, and what the scheduler tells by HTTP.

    Parameters
    ----------
    folder
        For the logs and the files of workers.
    environment
        Variables of all processes, beside those of this one.
    options
        Of the scheduler.
    prefix
        Of the command of each, by the name of the machine: to start it in a network namespace.
    places
        Addresses of workers there, by name.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
    prefix: Mapping[str, Sequence[str]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._file.unlink(missing_ok=True)
        self._start(
            "scheduler", {}, "--port", "0", "--scheduler-file", str(self._file), *self.options
        )
        wait_until(self._serves, "the scheduler starts")
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        for name in self.processes:
            self.send(name, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()

    def _serves(self) -> bool:
        try:
            return self.counts()["workers"] == 0
        except (OSError, ValueError):  # the file is not there, or half-written
            return False

    @property
    def _file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        """Of the scheduler."""
        return str(json.loads(self._file.read_text())["address"])

    def told(self, page: str) -> str:
        """What the scheduler serves by HTTP."""
        port = json.loads(self._file.read_text())["services"]["dashboard"]
        host = self.address.partition("://")[2].rpartition(":")[0]
        with urllib.request.urlopen(f"http://{host}:{port}/{page}", timeout=PATIENCE) as answer:
            text: str = answer.read().decode()
        return text

    def counts(self) -> dict[str, int]:
        """How many workers, tasks, clients there are."""
        counts: dict[str, int] = json.loads(self.told("json/counts.json"))
        return counts

    def worker(self, name: str) -> str:
        """The address of a worker."""
        wait_until(lambda: "Start worker at:" in self.log(name).read_text(), "a worker starts")
        return self.log(name).read_text().partition("Start worker at:")[2].split()[0]

    def add(
        self, *names: str, environment: Mapping[str, str] | None = None, options: Sequence[str] = ()
    ) -> None:
        """Start workers of one thread, and wait until the scheduler knows them."""
        known = self.counts()["workers"]
        for name in names:
            self.begin(name, environment=environment, options=options)
        wait_until(lambda: self.counts()["workers"] == known + len(names), "workers start")

    def begin(
        self,
        name: str,
        *,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
    ) -> None:
        """Start a worker of one thread."""
        folder = self.folder / name
        fixed = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name]
        self._start(
            name,
            environment or {},
            *(self.address, *fixed, "--local-directory", str(folder)),
            *("--host", self.places.get(name, "127.0.0.1")),
            *(options or ["--memory-limit", "0"]),
        )

    def _start(self, name: str, environment: Mapping[str, str], *arguments: str) -> None:
        module = "dask_scheduler" if name == "scheduler" else "dask_worker"
        with self.log(name).open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [
                    *self.prefix.get(name, ()),
                    *(sys.executable, "-m", f"distributed.cli.{module}", *arguments),
                ],
                cwd=self.folder,
                env={**os.environ, **self.environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        """What the process has said."""
        return self.folder / f"{name}.log"

    def send(self, name: str, number: int) -> None:
        """A signal to the process."""
        self.processes[name].send_signal(number)

    def stop(self, name: str) -> None:
        """Let it do nothing more, without an end."""
        self.send(name, signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """After `stop`."""
        self.send(name, signal.SIGCONT)

    def kill(self, name: str) -> None:
        """End it at once, as a machine that fails."""
        self.send(name, signal.SIGKILL)
        self.processes[name].wait()
