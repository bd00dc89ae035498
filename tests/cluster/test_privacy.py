"""What the machines of a cluster log and show: nothing of a patient, whatever goes wrong."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from distributed import Client

from predictor.cluster import Cluster, connect, tasks
from tests.cluster import work
from tests.cluster.machines import Machines, wait_until

NUMBER = 61.0390625
WORDS = ("zebra-4711", "Mrs Marker", str(NUMBER))
"""An identifier, a name and a measurement that no log has for another reason."""
PAGES = (
    "info/main/workers.html", "info/main/exceptions.html", "info/main/logs.html",
    "json/counts.json", "metrics", "sitemap.json",
)  # fmt: skip


def _forms() -> Iterator[str]:
    """The words as a log or a page may have them."""
    for word in WORDS:
        yield word
        yield word.replace(" ", "&#32;")
    # a number in an array, as bytes are printed
    yield repr(struct.pack("<d", NUMBER))[2:-1]


def _shown(started: Machines, client: Client) -> dict[str, str]:
    """All that can be seen of the work, by where it is seen."""
    seen = {name: started.log(name).read_text() for name in started.processes}
    pages = [*PAGES]
    for worker in client.scheduler_info(n_workers=-1)["workers"]:
        pages += [
            f"info/{kind}/{quote(worker, safe='')}.html"
            for kind in ("worker", "logs", "call-stacks")
        ]
    pages += [f"info/task/{key}.html" for key in _keys(client)]
    seen |= {page: started.told(page) for page in pages}
    seen |= {
        "events": str(client.get_events()),
        "logs of the scheduler": str(client.get_scheduler_logs()),
        "logs of workers": str(client.get_worker_logs()),
        "stream of tasks": str(client.get_task_stream(count=10_000)),
        "profile": json.dumps(client.profile(plot=False)),
        "stacks": str(client.call_stack()),
        "transitions": str(client.story(*_keys(client))),
        "who has what": str((client.who_has(), client.has_what(), client.processing())),
        "state of workers": str(client.run(_state)),
        "identity": str(client.scheduler_info(n_workers=-1)),
        "state": str(client.run_on_scheduler(_state_of_scheduler)),
    }
    return seen


def _keys(client: Client) -> list[str]:
    return list(client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks)))


def _state(dask_worker: object) -> str:
    return str(dask_worker._to_dict(exclude=()))  # type: ignore[attr-defined]


def _state_of_scheduler(dask_scheduler: object) -> str:
    return str(dask_scheduler._to_dict(exclude=()))  # type: ignore[attr-defined]


def _works_and_fails(cluster: Cluster, folder: Path, started: Machines) -> None:
    """Everything a cluster does, with marked patients; some of it goes wrong."""
    assert list(cluster(partial(work.told_of, "Mrs Marker"), ["zebra-4711"])) == [21]
    table = np.full(4000, NUMBER)
    (doubled,) = cluster(partial(np.multiply, table), [2.0])
    assert doubled[0] == 2 * NUMBER
    parts = [folder / f"{number}.csv" for number in range(4)]
    for part in parts:
        part.write_text("id,name,pain\n" + f"zebra-4711,Mrs Marker,{NUMBER}\n" * 500)
    pieces = cluster.pieces(work.lines_of, parts)
    assert pieces.each(work.counted, "Mrs Marker") == [500] * 4
    assert pieces.summed(work.counted, "zebra-4711") == 2000
    # it raises, with what it was told and with what it read; and in a sum
    with pytest.raises(ValueError, match="Mrs Marker in zebra-4711"):
        list(cluster(partial(work.wrong, "Mrs Marker"), ["zebra-4711"]))
    with pytest.raises(ValueError, match="id,name,pain"):
        pieces.each(work.quoted)
    with pytest.raises(TypeError):
        pieces.summed(work.split)
    # it cannot be sent, in either direction
    with pytest.raises(TypeError):
        pieces.each(work.lazily)
    with pytest.raises(RuntimeError):
        list(cluster(work.hostile, ["Mrs Marker"]))
    # a worker dies with pieces, and in the middle of a chunk
    found = cluster(partial(work.slept_with, "zebra-4711"), [0.3] * 8)
    next(found)
    started.kill("two")
    assert len(list(found)) == 7
    assert pieces.each(work.counted, "Mrs Marker") == [500] * 4


def _unread(started: Machines) -> int:
    return started.log("bare").read_text().count("pickle - INFO - Failed to deserialize")


@pytest.mark.slow
def test_nothing_of_a_patient_is_logged_or_shown(tmp_path, machines, without_predictor) -> None:
    with machines("one", "two", "three") as started:
        with connect(started.address, patience=12) as cluster:
            _works_and_fails(cluster, tmp_path, started)
            client = cluster.client
            # what was put aside is sent to a machine that cannot read it, whoever sent it there
            held = [cluster.sent(["zebra-4711", "Mrs Marker", NUMBER]), *map(cluster.sent, WORDS)]
            started.add("bare", environment=without_predictor)
            bare = started.worker("bare")
            fetched = client.submit(len, held[0], workers=[bare])
            wait_until(lambda: _unread(started) > 0, "data cannot be read")
            fetched.cancel()  # it is asked for again and again
            unread = _unread(started)
            client.submit(tasks.keep, tasks.Sealed(list(WORDS) * 9), workers=[bare])
            wait_until(lambda: _unread(started) > unread, "a task cannot be read")
            seen = _shown(started, client)
        seen |= {name: started.log(name).read_text() for name in started.processes}
    assert "predictor-piece" in seen["transitions"] + seen["state"]
    for where, text in seen.items():
        assert len(text) > 1, where
        for form in _forms():
            assert form not in text, (where, re.findall(f".{{0,300}}{re.escape(form)}", text)[:3])
