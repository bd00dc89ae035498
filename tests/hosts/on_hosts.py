"""A training on several hosts, of which some fail: ``make test-hosts``, as root.

Not among the tests that ``make test`` runs: it needs root, and minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.machines import Machines, of_any_run, wait_until
from tests.cluster.secrets import Secrets
from tests.conftest import SmallStudy
from tests.hosts.network import Network

WORKERS = ("one", "two", "three", "four")
_LONG = 600.0


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with Network("scheduler", *WORKERS) as laid:
        yield laid


class Training:
    """A training of the small study, long enough for something to go wrong."""

    def __init__(self, study: SmallStudy, environment: dict[str, str]) -> None:
        study.change(("bootstrap: {replicates: 20}", "bootstrap: {replicates: 150}"))
        self.study, self._environment = study, environment

    def begin(self, *further: str) -> None:
        """Start it."""
        table = ["study.yaml", "--data", "patients.csv", "--learner", "lightgbm"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "predictor", "train", *table, "--json", *further],
            cwd=self.study.folder,
            env=os.environ | self._environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def give_up(self) -> None:
        """End it at once, if it has not ended."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.communicate()

    def end(self) -> tuple[int, str, str]:
        """Exit code, document without what is of this run alone, and messages."""
        out, err = self._process.communicate(timeout=_LONG)
        if out:
            out = of_any_run(out.replace(str(self.study.folder), "FOLDER"))
        return self._process.returncode, out, err


@pytest.fixture(scope="module")
def alone(make_study: Callable[..., SmallStudy], tmp_path_factory: Any) -> str:
    """The document of the training without a cluster."""
    training = Training(make_study(tmp_path_factory.mktemp("alone") / "work"), {})
    training.begin("--jobs", "1")
    code, out, err = training.end()
    assert code == 0, err
    assert '"lightgbm"' in out
    return out


@contextmanager
def _machines(folder: Path, network: Network, *workers: str, **environment: str) -> Any:
    options = ["--host", network.address("scheduler")]
    if environment:
        options += ["--protocol", "tls"]
    folder.mkdir()
    started = Machines(
        folder,
        environment=environment,
        options=[*options, "--dashboard-address", f"{network.address('scheduler')}:0"],
        prefix={name: network.inside(name) for name in ("scheduler", *WORKERS)},
        places={name: network.address(name) for name in WORKERS},
    )
    with started:
        started.add(*workers)
        yield started


@pytest.fixture
def run(
    tmp_path: Path, network: Network, make_study: Callable[..., SmallStudy]
) -> Callable[..., tuple[int, str, str]]:
    """Train on workers; when they are at work, do something; wait for the end."""

    def train(
        meanwhile: Callable[[Machines], None], *workers: str, **environment: str
    ) -> tuple[int, str, str]:
        training = Training(make_study(tmp_path / "work"), environment)
        with _machines(tmp_path / "machines", network, *workers, **environment) as started:
            before = training.study.files()
            training.begin("--cluster", started.address)
            try:
                wait_until(
                    lambda: started.counts()["processing"] >= len(workers), "work begins", _LONG
                )
                began = time.monotonic()
                meanwhile(started)
                code, out, err = training.end()
            finally:
                training.give_up()
        seconds = time.monotonic() - began
        sys.stdout.write(f"{seconds:.1f} s from what went wrong to the end\n{err}")
        if code:
            after = training.study.files()
            assert {name for name in after if not name.startswith("mlflow.db")} == set(before)
        return code, out, err

    return train


def _without_encryption(err: str) -> None:
    assert "patients travel there without encryption; on a network that others use" in err


def test_four_hosts_give_the_bits_of_one(run, alone) -> None:
    code, out, err = run(lambda _: None, *WORKERS)
    assert (code, out) == (0, alone), err
    _without_encryption(err)


def test_hosts_that_speak_tls_give_the_bits_of_one(run, alone, tmp_path) -> None:
    secrets = Secrets(tmp_path, "ward", "us")
    code, out, err = run(lambda _: None, *WORKERS, **secrets.environment())
    assert (code, out) == (0, alone), err
    assert "without encryption" not in err


def test_a_host_dies(run, alone) -> None:
    code, out, err = run(lambda machines: machines.kill("two"), *WORKERS)
    assert (code, out) == (0, alone), err


def test_a_host_has_a_bad_cable(run, alone, network) -> None:
    code, out, err = run(lambda _: network.slow("three"), *WORKERS)
    assert (code, out) == (0, alone), err


def test_a_cable_is_pulled_and_put_in_again(run, alone, network) -> None:
    def meanwhile(_: Machines) -> None:
        network.unplug("one")
        time.sleep(10)
        network.plug("one")

    code, out, err = run(meanwhile, *WORKERS)
    assert (code, out) == (0, alone), err


def test_a_cable_is_pulled_for_good(run, alone, network) -> None:
    try:
        code, out, err = run(lambda _: network.unplug("one"), *WORKERS)
    finally:
        network.plug("one")
    assert (code, out) == (0, alone), err


def test_hosts_that_cannot_reach_each_other_are_refused(tmp_path, network) -> None:
    from predictor.cluster import connect
    from predictor.errors import PredictorError

    network.part("one", "two", "three")
    try:
        with _machines(tmp_path / "machines", network, "one", "two") as started:
            with pytest.raises(PredictorError) as caught, connect(started.address):
                pass
            assert str(caught.value).count("no connection between it and worker ") == 2
            started.kill("two")
            said: list[str] = []
            with connect(started.address, say=said.append) as cluster:
                assert cluster.at_once == 1
                started.add("three", "four")
                wait_until(lambda: cluster.at_once == 2, "a host that reaches the others")
    finally:
        network.part()
    assert "came, and is left out:\nworker three (tcp://10.77.0.14:" in said[-1]
    assert "no connection between it and worker one (tcp://10.77.0.12:" in said[-1]


def test_a_host_with_another_version_comes(run, alone, without_predictor) -> None:
    def meanwhile(machines: Machines) -> None:
        others = ("one", "two", "three")
        for name in others:  # or all would be done before it is there
            machines.stop(name)
        machines.begin("four", environment=without_predictor)
        time.sleep(15)
        for name in others:
            machines.go_on(name)

    code, out, err = run(meanwhile, "one", "two", "three")
    assert (code, out) == (0, alone), err
    assert "came, and is left out:\nworker four (tcp://10.77.0.15:" in err


def test_the_scheduler_dies(run) -> None:
    code, out, err = run(lambda machines: machines.kill("scheduler"), *WORKERS)
    assert (code, out) == (1, "")
    assert "refused: the connection to the scheduler of the cluster was lost" in err


def test_the_cable_of_the_scheduler_is_pulled(run, network) -> None:
    try:
        code, out, err = run(lambda _: network.unplug("scheduler"), *WORKERS)
    finally:
        network.plug("scheduler")
    assert (code, out) == (1, "")
    assert "refused: the " in err
    assert "scheduler of the cluster" in err


def test_a_host_with_another_version_is_refused(tmp_path, network, without_predictor) -> None:
    from predictor.cluster import connect
    from predictor.errors import PredictorError

    with _machines(tmp_path / "machines", network, "one") as started:
        started.add("two", environment=without_predictor)
        with pytest.raises(PredictorError) as caught, connect(started.address):
            pass
    assert "worker two (tcp://10.77.0.13:" in str(caught.value)
    assert "it cannot load predictor" in str(caught.value)
