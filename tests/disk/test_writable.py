from __future__ import annotations

from pathlib import Path

import pytest

from predictor.disk import check_writable
from predictor.errors import PredictorError

UNWRITABLE = [Path("file/below"), Path("file")] + [
    # not even an administrator can write here
    place for place in (Path("/proc/models"),) if place.parent.is_dir()
]  # fmt: skip


@pytest.mark.parametrize("place", UNWRITABLE, ids=str)
def test_a_place_that_cannot_be_written_is_refused_and_named(tmp_path, monkeypatch, place) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    with pytest.raises(PredictorError, match=f"^{place}: cannot be (made|written), "):
        check_writable(place)


def test_asking_leaves_nothing_behind(tmp_path) -> None:
    check_writable(tmp_path / "a/b/c")
    check_writable(tmp_path)
    assert not list(tmp_path.iterdir())
