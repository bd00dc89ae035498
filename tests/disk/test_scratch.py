from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import filelock
import pytest

from predictor.disk import replacing, room, write_bytes, write_files
from predictor.disk.file_lock import FileLock

# a process that begins to replace, and waits in the middle of it
_BEGINS = """
import sys, time
from pathlib import Path
from predictor.disk import replacing
target = Path(sys.argv[1])
with replacing([target, target.with_name("file")]) as staged:
    staged[target].mkdir()
    if sys.argv[2] == "between":  # the old one has stepped aside, the new one is not there yet
        target.rename(staged[target].with_name(target.name + ".old"))
    print("ready", flush=True)
    time.sleep(60)
"""


def _begin(target: Path, when: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _BEGINS, str(target), when], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _hidden(folder: Path) -> list[Path]:
    return list(folder.glob(".*"))


@pytest.mark.parametrize("when", ["writing", "between"])
def test_what_a_killed_process_left_is_cleared_and_the_old_one_comes_back(tmp_path, when) -> None:
    target = tmp_path / "model"
    target.mkdir()
    (target / "a").write_text("old")
    process = _begin(target, when)
    process.kill()
    process.communicate()
    assert _hidden(tmp_path)
    write_files({tmp_path / "other": b"new"})
    assert _hidden(tmp_path) == []
    assert (target / "a").read_text() == "old"


def test_what_a_living_process_prepares_is_left_to_it(tmp_path) -> None:
    process = _begin(tmp_path / "model", "writing")
    try:
        (inside,) = _hidden(tmp_path)
        write_files({tmp_path / "other": b"new"})
        assert _hidden(tmp_path) == [inside]
        assert (inside / "model.new").is_dir()
    finally:
        process.kill()
        process.communicate()


def test_a_room_is_gone_whatever_happens_in_it(tmp_path) -> None:
    def work() -> None:
        with room(tmp_path) as place:
            (place / "folder").mkdir()
            (place / "folder" / "file").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path) -> None:
    with pytest.raises(OSError, match="nowhere") as caught, room(tmp_path / "nowhere"):
        pass
    assert caught.value.filename == str(tmp_path / "nowhere")


def test_a_signal_waits_until_everything_is_in_its_place(tmp_path) -> None:
    script = """
import os, signal, sys
from pathlib import Path
from predictor.disk import replacing, write_bytes
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background of a script
first, second = Path("first"), Path("second")
replace = Path.replace
def stopped(self, target):
    os.kill(os.getpid(), signal.SIGINT)
    return replace(self, target)
Path.replace = stopped
with replacing([first, second]) as staged:
    write_bytes(staged[first], b"1")
    write_bytes(staged[second], b"2")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False
    )
    assert b"KeyboardInterrupt" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first", "second"]


def test_long_names_and_names_that_look_like_patterns_are_names(tmp_path) -> None:
    names = ["x" * 200, "[a]*?", "é #%&"]
    with replacing([tmp_path / name for name in names]) as staged:
        for place in staged.values():
            write_bytes(place, b"")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_who_does_not_wait_is_told_that_another_has_the_lock(tmp_path) -> None:
    held, other = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    held.acquire()
    with pytest.raises(OSError, match=r"."):
        other.acquire(timeout=0)
    held.release()
    other.acquire(timeout=0)
    other.release()


def test_older_versions_see_the_lock(tmp_path) -> None:
    held, other = FileLock(tmp_path / "lock"), filelock.FileLock(tmp_path / "lock")
    held.acquire()
    with pytest.raises(filelock.Timeout):
        other.acquire(timeout=0)
    held.release()
    other.acquire(timeout=0)
    with pytest.raises(OSError, match=r"."):
        held.acquire(timeout=0)
    other.release()
