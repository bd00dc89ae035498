from __future__ import annotations

import threading

import pytest

from predictor.errors import StudyError
from predictor.workflows.background import Check, meanwhile


def well() -> None:
    pass


def test_the_work_is_done_beside_the_block_and_before_what_follows() -> None:
    inside, done = threading.Event(), []

    def work() -> None:
        assert inside.wait(10)
        done.append(threading.current_thread())

    with meanwhile(Check(work), work, work):
        assert done == []
        inside.set()
    assert len(done) == 3
    assert threading.main_thread() not in done


def test_work_that_fails_is_left_to_who_needs_it() -> None:
    done = []

    def fail() -> None:
        raise OSError

    with meanwhile(Check(well), fail, lambda: done.append(1)):
        pass
    assert done == [1]


def test_what_must_not_fail_is_raised_when_asked_and_at_the_end() -> None:
    looked, done = threading.Event(), []

    def fail() -> None:
        looked.set()
        raise StudyError("no store")

    check = Check(fail)
    check.ask()
    with pytest.raises(StudyError, match="no store"), meanwhile(check, lambda: done.append(1)):
        assert looked.wait(10)
    assert done == []
    with pytest.raises(StudyError, match="no store"):
        check.ask()


def test_the_work_gets_a_few_seconds_when_the_block_fails(monkeypatch) -> None:
    monkeypatch.setattr("predictor.workflows.background._LAST_SECONDS", 0.2)
    check, waiting = Check(well), threading.Event()
    with pytest.raises(KeyError), meanwhile(check, lambda: waiting.wait(60) and None):
        raise KeyError
    assert check.passed
    assert not waiting.is_set()
    waiting.set()
