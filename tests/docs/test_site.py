"""The documentation site is whole, and loads nothing from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# what a page fetches by itself; links that a reader may follow are another matter
FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?(?:https?:)?//"
    r"|<link\b[^>]*\bhref=[\"']?(?:https?:)?//"
    r"|@import[^;]*//|url\([\"']?(?:https?:)?//"
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does: a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        # the theme announces its successor; ours is pinned
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_has_every_page(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}

    assert [page for page in pages if not (site / page.with_suffix(".html")).is_file()] == []


def test_nothing_is_fetched_from_the_network(site: Path) -> None:
    files = [path for suffix in ("html", "css") for path in site.rglob(f"*.{suffix}")]

    assert files
    assert [path.name for path in files if FETCHED.search(path.read_text("utf-8"))] == []


def test_no_page_names_a_place_on_a_computer() -> None:
    texts = {path: path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md")}

    assert [
        path.name for path, text in texts.items() if re.search(r"/(home|tmp|root)/", text)
    ] == []
