from __future__ import annotations

import threading

import pytest

from predictor.workflows.background import meanwhile


def test_the_work_is_done_beside_the_block_and_before_what_follows() -> None:
    inside, done = threading.Event(), []

    def work() -> None:
        assert inside.wait(10)
        done.append(threading.current_thread())

    with meanwhile(work, work):
        assert done == []
        inside.set()
    assert len(done) == 2
    assert threading.main_thread() not in done


def test_work_that_fails_is_left_to_who_needs_it() -> None:
    done = []

    def fail() -> None:
        raise OSError

    with meanwhile(fail, lambda: done.append(1)):
        pass
    assert done == [1]


def test_nobody_waits_for_the_work_when_the_block_fails() -> None:
    waiting = threading.Event()
    with pytest.raises(KeyError), meanwhile(lambda: waiting.wait(60) and None):
        raise KeyError
    assert not waiting.is_set()
    waiting.set()
