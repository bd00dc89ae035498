"""Files that anybody may have made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from predictor.disk import parse_json, read_plain


def test_a_plain_file_is_read_up_to_the_limit(tmp_path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert read_plain(path, limit=5) == b"12345"
    with pytest.raises(OSError, match="larger than"):
        read_plain(path, limit=4)


def test_a_pipe_a_device_and_a_folder_are_refused_without_waiting(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), Path("/dev/stdin"), tmp_path):
        with pytest.raises(OSError, match="it is a "):
            read_plain(path, limit=100)


def test_a_link_to_a_file_is_read_only_where_links_may_be(tmp_path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert read_plain(tmp_path / "link", limit=1) == b"x"
    with pytest.raises(OSError, match="it is a link"):
        read_plain(tmp_path / "link", limit=1, links=False)
    (tmp_path / "ring").symlink_to("ring")
    for links in (True, False):
        with pytest.raises(OSError, match="ring"):
            read_plain(tmp_path / "ring", limit=1, links=links)
    (tmp_path / "away").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="a pipe, a device"):
        read_plain(tmp_path / "away", limit=1)


def test_json_that_is_plain_is_read() -> None:
    text = '{"a": [1, -2.5, null, true, "\\ud83d\\ude00 é"]}'
    assert parse_json(text.encode()) == {"a": [1, -2.5, None, True, "😀 é"]}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"\xff\xfe{}", b'{"a": NaN}', b"[-Infinity]", b"[1e999]", b"[-1e999]",
        b"9" * 19, b"9" * 5000, b"[" * 41 + b"]" * 41, b'{"a":' * 100_000, b"[" * 10_000_000,
        b'["\\ud800"]', b'{"\\udfff": 1}',
    ],
    ids=lambda text: text[:12].decode("latin-1"),
)  # fmt: skip
def test_json_that_could_do_harm_later_is_a_value_error(text) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json has its own messages
        parse_json(text)


def test_json_nested_as_deep_as_is_allowed_is_read() -> None:
    assert parse_json(b"[" * 39 + b"]" * 39)
