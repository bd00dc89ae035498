"""The lock holds all that an environment needs, so that nothing is chosen while it is installed."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
MAKEFILE = (ROOT / "Makefile").read_text().replace("\\\n", " ")


def entries() -> list[str]:
    lines = [line for line in LOCK.splitlines() if not line.lstrip().startswith("#")]
    return [entry for entry in "\n".join(lines).replace("\\\n", " ").splitlines() if entry.strip()]


def applies(requirement: Requirement, extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


@pytest.fixture(scope="module")
def locked() -> dict[str, Requirement]:
    """What the lock installs on this platform, by canonical name."""
    all_entries = [Requirement(entry.partition(" --hash")[0]) for entry in entries()]
    here = [entry for entry in all_entries if applies(entry)]
    found = {canonicalize_name(entry.name): entry for entry in here}
    assert len(found) == len(here)
    return found


def wanted() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [
        Requirement(text)
        for text in (*project["project"]["dependencies"], *project["dependency-groups"]["dev"])
    ]


def test_every_entry_is_one_version_with_its_hashes() -> None:
    assert len(entries()) > 100
    for entry in entries():
        assert re.match(r"[\w.\-]+(\[[\w,\-]+\])?==[^ ;]+ ", entry), entry[:60]
        assert re.search(r" --hash=sha256:[0-9a-f]{64}\b", entry), entry[:60]


def test_no_index_is_named() -> None:
    assert "://" not in LOCK
    assert not re.search(
        r"^\s*-", re.sub(r"^\s+--hash.*$", "", LOCK, flags=re.MULTILINE), flags=re.MULTILINE
    )


def test_the_lock_meets_every_requirement_of_everything_in_it(locked) -> None:
    waiting = [(requirement, "pyproject.toml") for requirement in wanted()]
    seen: set[tuple[str, str]] = set()
    faults = []
    while waiting:
        requirement, by = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in locked:
            faults.append(f"{by} needs {requirement}, which is not locked")
            continue
        (pin,) = locked[name].specifier
        if not requirement.specifier.contains(pin.version, prereleases=True):
            faults.append(f"{by} needs {requirement}, locked is {pin.version}")
        if not requirement.extras <= locked[name].extras:
            faults.append(f"{by} needs {requirement}, locked without its extras")
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            installed = distribution(name)
            assert installed.version == pin.version, "this environment is not that of the lock"
            waiting += [
                (inner, f"{name} {pin.version}")
                for inner in map(Requirement, installed.requires or ())
                if applies(inner, extra)
            ]
    assert faults == []
    assert {name for name, _ in seen} == set(locked)


def test_the_environment_is_installed_without_choosing_anything() -> None:
    _, _, recipe = MAKEFILE.partition("\n$(STAMP):")
    installs = [line for line in recipe.splitlines() if "pip install" in line]
    assert len(installs) == 2
    lock, package = installs
    assert {"--no-deps", "--require-hashes", "requirements.lock"} <= set(lock.split())
    assert {"--no-deps", "--no-index", "--no-build-isolation"} <= set(package.split())
    assert "pip check" in recipe
    assert recipe.strip().splitlines()[-1].strip() == "touch $@"


def test_the_build_back_end_is_locked(locked) -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]
    assert {canonicalize_name(Requirement(text).name) for text in build["requires"]} <= set(locked)
