"""Saved models changed at random: each is refused, or scores finite probabilities.

Usage: python benchmarks/fuzz_models.py DIRECTORY... --table NEW.csv [--mutants N] [--seed N]

Changes copies of the saved models: bytes, fields, numbers, arrays, members of archives, with the
hashes made to agree, so that what was changed is reached. Each is read and scores the table in a
process of its own kind, which says when it crashed, hung or met an error that is no refusal. Prints
counts; exits 1 if there was one.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from predictor.cohort import read_table
from predictor.errors import PredictorError
from predictor.saved import read_model, score
from predictor.saved.files import digest

SECONDS = 60  # for one mutant
NUMBERS: list[Any] = [
    0, 1, -1, 2, 1.5, -1e-300, 1e300, -1e300, 1e999, float("nan"), 2**31, 2**63, -(2**63), 10**25,
    None, True, "", "1", "NaN", [], [1], {}, {"a": 1},
]  # fmt: skip
BYTES = [b"", b"\x00", b"\xff", b"-", b"9", b"e", b"[", b"{", b"*a", b"\n", b"nan", b"'"]


def mutate(directory: Path, rng: np.random.Generator) -> str:
    """Change one thing of a model, with the hashes made to agree; return what."""
    names = sorted(path.name for path in directory.iterdir())
    # what scoring reads is changed more often than what it does not
    weight = [0.2 if name in QUIET else 4 if name == "model.json" else 1 for name in names]
    name = str(rng.choice(names, p=np.array(weight) / sum(weight)))
    path = directory / name
    description = json.loads((directory / "model.json").read_text())
    if name == "model.json":
        change = _tree(description, rng)
        if isinstance(description.get("files"), dict) and "digest" in description:
            _write(directory, description)
        else:
            path.write_text(json.dumps(description))
        return f"{name}: {change}"
    content = path.read_bytes()
    ways: list[Callable[[bytes, np.random.Generator], bytes]] = [_bytes]
    if name.endswith(".json"):
        ways += [_json] * 3
    if zipfile.is_zipfile(path):
        ways += [_archive] * 6
    way = ways[int(rng.integers(len(ways)))]
    path.write_bytes(way(content, rng))
    description["files"][name] = hashlib.sha256(path.read_bytes()).hexdigest()
    _write(directory, description)
    return f"{name}: {way.__name__}"


QUIET = {"card.md", "MLmodel", "requirements.txt", "python_env.yaml"}


def _write(directory: Path, description: dict[str, Any]) -> None:
    try:
        description["digest"] = digest(description)
    except (ValueError, TypeError, RecursionError):
        description["digest"] = "0"
    (directory / "model.json").write_text(json.dumps(description))


def _bytes(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes replaced, taken out, doubled or put in."""
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(len(changed) + 1))
        length = int(rng.choice([0, 1, 1, 2, 8, 64]))
        new = BYTES[int(rng.integers(len(BYTES)))]
        if rng.random() < 0.2:
            new = bytes(changed[at : at + 64]) * 2
        changed[at : at + length] = new
    return bytes(changed)


def _json(content: bytes, rng: np.random.Generator) -> bytes:
    document = json.loads(content)
    _tree(document, rng)
    return json.dumps(document).encode()


def _tree(document: Any, rng: np.random.Generator) -> str:
    """Change, take out or add one value somewhere in a document, in place."""
    place, way = document, []
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = keys[int(rng.integers(len(keys)))]
        way.append(str(key))
        inside = place[key]
        if isinstance(inside, dict | list) and inside and rng.random() < 0.85:
            place = inside
            continue
        what = rng.random()
        if what < 0.15:
            del place[key]
        elif what < 0.25 and isinstance(place, list):
            place.insert(int(key), inside)
        elif what < 0.3 and isinstance(place, dict):
            place["further"] = inside
        elif what < 0.35 and isinstance(inside, list):
            place[key] = [inside, inside]
        elif what < 0.4 and isinstance(inside, list):
            place[key] = inside[::-1]
        elif what < 0.5 and isinstance(inside, int | float):
            place[key] = -inside * float(10.0 ** rng.integers(-5, 6))
        else:
            place[key] = NUMBERS[int(rng.integers(len(NUMBERS)))]
        break
    return ".".join(way)


def _archive(content: bytes, rng: np.random.Generator) -> bytes:
    """One member of an archive changed: an array's numbers or shape, or its bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        members = {member: old.read(member) for member in old.namelist()}
    name = str(rng.choice(sorted(members)))
    if name.endswith(".npy") and rng.random() < 0.8:
        members[name] = _array(members[name], rng)
    elif name.endswith(".json"):
        members[name] = _json(members[name], rng)
    elif rng.random() < 0.2:
        del members[name]
    else:
        members[name] = _bytes(members[name], rng)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member, inside in members.items():
            new.writestr(member, inside)
    return stream.getvalue()


def _array(content: bytes, rng: np.random.Generator) -> bytes:
    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        return _bytes(content, rng)
    what = rng.random()
    if what < 0.15:
        array = array.reshape(-1)[: int(rng.integers(array.size + 1))]
    elif what < 0.25:
        array = np.concatenate([array.reshape(-1)] * 2)
    elif what < 0.35:
        array = array[None] if rng.random() < 0.5 else array.T
    elif what < 0.45 and array.dtype.kind in "fiu":
        array = array.astype(str(rng.choice(["f4", "i4", "c16", "S3", "U2", "b1", ">f8"])))
    elif array.size and array.dtype.kind in "fiu":
        array = np.array(array)
        values = [0, 1, -1, 2**31 - 1, -(2**31), 127, 200]
        if array.dtype.kind == "f":
            values += [np.nan, np.inf, -np.inf, 1e300, -1e300]
        with np.errstate(all="ignore"):
            new = np.array(values[int(rng.integers(len(values)))]).astype(array.dtype)
        array.reshape(-1)[int(rng.integers(array.size))] = new
    else:  # records, such as the nodes of a tree
        raw = bytearray(array.tobytes())
        for _ in range(int(rng.integers(1, 3))):
            if raw:
                raw[int(rng.integers(len(raw)))] = int(rng.integers(256))
        array = np.frombuffer(bytes(raw), dtype=array.dtype).reshape(array.shape)
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def outcome(directory: Path, table: Any) -> str:
    """What becomes of a model: refused, scored, or what must not be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            scores = score(read_model(directory), table, lenient=True)
    except PredictorError:
        return "refused"
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"ERROR {type(error).__name__}: {error}"
    scored = ~np.isnan(scores.probability)
    numbers = np.stack([scores.probability, scores.low, scores.high])[:, scored]
    if not np.all((numbers >= 0) & (numbers <= 1)):
        return "WRONG probability"
    total = scores.baseline + scores.contributions[scored].sum(axis=1)
    with np.errstate(all="ignore"):
        if not np.allclose(1 / (1 + np.exp(-total)), scores.probability[scored], atol=1e-6):
            return "WRONG contributions"
    return "scored"


def run(sources: list[Path], table: Path, seeds: range) -> None:
    """Print the outcome of mutants by their seed, one a line."""
    new = read_table(table)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        source = sources[seed % len(sources)]
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(shutil.copytree(source, Path(folder) / "model"))
            what = mutate(copy, rng)
            print(f"{seed}\t{source.name}\t{what}", end="\t", flush=True)
            print(outcome(copy, new).replace("\n", " ")[:150], flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--table", required=True, type=Path)
    parser.add_argument("--mutants", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    first, last = given.seed, given.seed + given.mutants
    if given.inside:
        run(given.models, given.table, range(first, last))
        return 0
    counts: Counter[str] = Counter()
    bad: list[str] = []
    while first < last:
        command = [
            sys.executable, __file__, *map(str, given.models), "--table", str(given.table),
            "--seed", str(first), "--mutants", str(min(50, last - first)), "--inside",
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=50 * SECONDS
            )
            printed, end = done.stdout, f"CRASH {done.returncode} {done.stderr[-300:]}"
        except subprocess.TimeoutExpired as error:
            printed = (error.stdout or b"").decode()
            end = "HANG"
        lines = [line.split("\t") for line in printed.splitlines()]
        if len(lines) < min(50, last - first) or len(lines[-1]) < 4:
            if not lines:
                raise SystemExit(end)
            lines[-1][3:] = [end]
        for line in lines:
            counts[f"{line[1]}: {line[3].split()[0]}"] += 1
            if line[3] not in ("refused", "scored"):
                bad.append("\t".join(line))
        first = int(lines[-1][0]) + 1
    for name, count in sorted(counts.items()):
        print(f"{name:40s} {count:6d}")
    print(*bad, sep="\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
