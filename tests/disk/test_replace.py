from __future__ import annotations

from pathlib import Path

import pytest

from predictor.disk import replacing, write_bytes


def _write(directory: Path, text: str) -> None:
    directory.mkdir()
    (directory / "a").write_text(text)


@pytest.fixture
def place(tmp_path) -> Path:
    """A folder with a directory `old` and a file `old.txt`."""
    _write(tmp_path / "old", "old")
    (tmp_path / "old.txt").write_text("old")
    return tmp_path


def _state(place: Path) -> dict[str, str]:
    return {str(p.relative_to(place)): p.read_text() for p in place.rglob("*") if p.is_file()}


def test_files_and_directories_take_the_places_of_old_ones_and_of_none(place) -> None:
    targets = [place / "old", place / "old.txt", place / "a/b/new", place / "a/new.txt"]
    with replacing(targets) as staged:
        for target in targets:
            if target.suffix:
                write_bytes(staged[target], b"new")
            else:
                _write(staged[target], "new")
        assert _state(place)["old/a"] == _state(place)["old.txt"] == "old"
    assert _state(place) == {
        "old/a": "new", "old.txt": "new", "a/b/new/a": "new", "a/new.txt": "new",
    }  # fmt: skip


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt(), SystemExit(3)])
def test_when_the_block_stops_everything_is_as_before(place, error) -> None:
    before = _state(place)
    targets = [place / "old", place / "old.txt", place / "x/y/new"]

    def work() -> None:
        with replacing(targets) as staged:
            _write(staged[targets[0]], "new")
            _write(staged[targets[2]], "half")
            raise error

    with pytest.raises(type(error)):
        work()
    assert _state(place) == before
    assert {path.name for path in place.iterdir()} == {"old", "old.txt"}


@pytest.mark.parametrize("error", [OSError("no permission"), KeyboardInterrupt()])
@pytest.mark.parametrize("call", [1, 2])
def test_an_interrupt_between_the_two_renames_brings_the_old_one_back(
    place, monkeypatch, error, call
) -> None:
    before, rename, calls = _state(place), Path.rename, []

    def stop(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == call:
            raise error
        return rename(self, target)

    def work() -> None:
        with replacing([place / "old"]) as staged:
            _write(staged[place / "old"], "new")
            monkeypatch.setattr(Path, "rename", stop)

    with pytest.raises(type(error)):
        work()
    assert _state(place) == before
    assert {path.name for path in place.iterdir()} == {"old", "old.txt"}


def test_two_writers_of_one_directory_both_end_well(place, monkeypatch) -> None:
    rename, raced = Path.rename, []

    def race(self: Path, target: Path) -> Path:
        """Another writer is faster, between the old one stepping aside and ours coming."""
        if self.name.endswith(".new") and not raced:
            raced.append(self)
            _write(place / "old", "theirs")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", race)
    with replacing([place / "old"]) as staged:
        _write(staged[place / "old"], "ours")
    assert raced
    assert _state(place) == {"old/a": "ours", "old.txt": "old"}


def test_a_folder_that_cannot_be_made_leaves_nothing(place) -> None:
    before = _state(place)
    targets = [place / "x/y/new", place / "old.txt/new"]
    with pytest.raises(OSError, match=r"old\.txt"), replacing(targets):
        pass
    assert _state(place) == before
    assert not (place / "x").exists()


def test_an_error_while_writing_names_the_file(tmp_path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        write_bytes(tmp_path / "nowhere" / "file", b"")
    assert caught.value.filename == str(tmp_path / "nowhere" / "file")
