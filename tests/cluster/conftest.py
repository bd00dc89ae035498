from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.machines import Machines

ROOT = Path(__file__).parents[2]
LOUD = {"PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "debug"}
"""Machines that know these tests, and log all they ever do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Dask leaves a connection that came to nothing to be found as garbage."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"))


@pytest.fixture(autouse=True)
def connections_are_garbage_here() -> Iterator[None]:
    """No other test meets them."""
    yield
    gc.collect()


@pytest.fixture
def machines(tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager[Machines]]:
    """A scheduler, and workers of these names, for a block."""

    @contextlib.contextmanager
    def begin(*workers: str, **environment: str) -> Iterator[Machines]:
        folder = tmp_path / "machines"
        folder.mkdir()
        with Machines(folder, environment=LOUD | environment) as started:
            if workers:
                started.add(*workers)
            yield started

    return begin


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Two workers for all tests that leave them alone."""
    with Machines(tmp_path_factory.mktemp("pair"), environment=LOUD) as started:
        started.add("one", "two")
        yield started
