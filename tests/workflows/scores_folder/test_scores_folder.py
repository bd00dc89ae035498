"""A folder of patients into a folder of scores: the same as one table, whoever does the parts."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from predictor.errors import DataError
from predictor.processes import Processes
from predictor.results import ScoresManifest
from predictor.workflows import by_parts, score_file, score_folder
from predictor.workflows.scores_folder import MANIFEST
from tests.workflows.scores_folder.given import (
    OUT,
    UNFINISHED,
    Workers,
    all_of_it,
    changed,
    far,
    files,
    folder_of,
    twice,
    whole,
)


def test_a_folder_of_scores_is_the_file_of_scores_in_parts(ridge, parts) -> None:
    found = score_folder(ridge, parts, OUT, explain=True)
    one = score_file(ridge, parts, Path("one.parquet"), explain=True)
    assert whole(OUT).equals(parquet.read_table("one.parquet"))
    assert {path.name for path in OUT.iterdir()} == {
        MANIFEST, *(path.name for path in parts.iterdir())
    }  # fmt: skip
    assert (found.parts, found.kept, found.out) == (4, 0, "scores")
    same = {name: getattr(one, name) for name in type(one).model_fields} | {
        "parts": 4, "out": "scores",
    }  # fmt: skip
    assert found.model_dump() == same
    assert not UNFINISHED.exists()


def test_the_manifest_tells_what_is_there_and_nothing_of_a_patient(ridge, parts, small) -> None:
    score_folder(ridge, parts, OUT)
    content = (OUT / MANIFEST).read_text()
    manifest = ScoresManifest.from_json(json.loads(content))
    assert manifest.model == json.loads(Path(ridge, "model.json").read_text())["digest"]
    assert [part.name for part in manifest.parts] == sorted(p.name for p in parts.iterdir())
    assert [part.patients for part in manifest.parts] == [20, 0, 35, 35]
    for part in manifest.parts:
        scores = (OUT / part.name).read_bytes()
        assert part.bytes == len(scores)
        assert part.sha256 == hashlib.sha256(scores).hexdigest()
    assert (manifest.patients, manifest.scored) == (90, 90)
    assert not [secret for secret in small.secrets() if secret in content]


@pytest.mark.parametrize("spoil", [twice, far, all_of_it])
def test_what_only_the_whole_table_tells_is_told_as_of_one_table(ridge, table, spoil) -> None:
    folder = folder_of(spoil(table))
    with pytest.raises(DataError) as one:
        score_file(ridge, folder, Path("one.parquet"))
    with pytest.raises(DataError) as parted:
        score_folder(ridge, folder, OUT)
    assert parted.value.faults == one.value.faults
    assert not OUT.exists()
    assert not UNFINISHED.exists()

    score_file(ridge, folder, Path("one.parquet"), lenient=True)
    found = score_folder(ridge, folder, OUT, lenient=True)
    assert whole(OUT).equals(parquet.read_table("one.parquet"))
    assert found.flagged == sum(flag != "" for flag in whole(OUT)["flags"].to_pylist())


def test_points_between_thousands_are_seen_across_parts(small, ridge, table) -> None:
    """A number with three decimals is one of thousands if all others of the table are whole."""
    shutil.copytree(ridge, "wide")
    _rewrite(Path("wide"), "- 18.0\n    - 100.0", "- 18.0\n    - 100000.0")
    ages = {(row, "age_years"): str(20 + row) for row in range(table.num_rows)}
    ages |= {(5, "age_years"): "1.250", (85, "age_years"): "1.500"}
    ages |= {(15, "age_years"): "700", (75, "age_years"): "500"}
    folder = folder_of(changed(table, ages))
    with pytest.raises(DataError) as one:
        score_file("wide", folder, Path("one.parquet"))
    with pytest.raises(DataError) as parted:
        score_folder("wide", folder, OUT)
    assert parted.value.faults == one.value.faults
    assert [fault.split(": points")[0] for fault in one.value.faults] == [
        "parts/p0.parquet: age_years: row 7",
        "parts/p3.parquet: age_years: row 32",
    ]
    score_file("wide", folder, Path("one.parquet"), lenient=True)
    workers = Workers()
    score_folder("wide", folder, OUT, lenient=True, elsewhere=workers)
    assert whole(OUT).equals(parquet.read_table("one.parquet"))


def _rewrite(model: Path, old: str, new: str) -> None:
    """Another study in a saved model, whose hashes agree again."""
    from predictor.saved.files import digest

    study = model / "study.yaml"
    text = study.read_text()
    assert text.count(old) == 1
    study.write_text(text.replace(old, new))
    description = json.loads((model / "model.json").read_text())
    description["files"]["study.yaml"] = hashlib.sha256(study.read_bytes()).hexdigest()
    description["digest"] = digest(description)
    (model / "model.json").write_text(json.dumps(description))


def test_the_bytes_are_the_same_whoever_does_the_parts(trained, table) -> None:
    model = str(trained.directory("lightgbm"))
    folder = folder_of(all_of_it(table))

    def scored(elsewhere: Any = None) -> dict[str, bytes]:
        score_folder(model, folder, OUT, lenient=True, elsewhere=elsewhere)
        return files(OUT)

    here = scored()
    assert scored(Workers()) == here
    with Processes(2) as processes:
        assert scored(processes) == here


def test_the_bytes_are_the_same_on_a_cluster_of_any_size(ridge, table) -> None:
    from distributed import LocalCluster

    from predictor.cluster import connect

    folder = folder_of(all_of_it(table))
    score_folder(ridge, folder, OUT, lenient=True)
    here = files(OUT)
    for workers in (1, 2, 4):
        with (
            LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=False,
                protocol="tcp",
                dashboard_address=None,
                worker_dashboard_address=None,
            ) as local,
            connect(local.scheduler_address) as cluster,
        ):
            score_folder(ridge, folder, OUT, lenient=True, elsewhere=cluster)
        assert files(OUT) == here


def test_nothing_of_a_patient_is_sent(ridge, table, small) -> None:
    """Neither cells nor prints, nor the secret from which prints are made; and it is little."""
    workers = Workers()
    secret = b""

    def look(call: int, chunk: int) -> None:
        nonlocal secret
        secret = (UNFINISHED / "secret").read_bytes()

    workers.before = look
    score_folder(ridge, folder_of(all_of_it(table)), OUT, lenient=True, elsewhere=workers)
    sent = b"".join(workers.sent)
    assert len(secret) == 32
    assert secret not in sent
    assert secret.hex().encode() not in sent
    assert not [text for text in small.secrets() if text.encode() in sent]
    chunks = [part for part in workers.sent if len(part) < 5_000]
    assert len(chunks) >= 8
    long = [len(part) for part in workers.sent if part not in chunks]
    assert all(each < 200_000 for each in long)  # the model


def test_more_patients_send_no_more(ridge, table) -> None:
    def sent(copies: int) -> int:
        tables = [
            table.set_column(0, "patient_id", pa.array([f"{n}-{row}" for row in range(90)]))
            for n in range(copies)
        ]
        shutil.rmtree("parts", ignore_errors=True)
        Path("parts").mkdir()
        parquet.write_table(pa.concat_tables(tables), "parts/p.parquet")
        workers = Workers()
        score_folder(ridge, Path("parts"), OUT, elsewhere=workers)
        return sum(map(len, workers.sent))

    assert table.column_names[0] == "patient_id"
    assert sent(40) < sent(1) + 50


def test_folders_of_patients_and_scores_are_apart(ridge, parts) -> None:
    for out, message in (
        ("parts", "this is the folder of patients"),
        ("parts/scores", "lies inside the other"),
        ("parts/..", "by its name"),
        (".", "by its name"),
        (str(Path.cwd()), "lies inside the other"),
    ):
        with pytest.raises(DataError, match=message):
            score_folder(ridge, parts, Path(out))
    assert len([*parts.iterdir()]) == 4


def test_a_table_without_patients_is_refused(ridge, table) -> None:
    folder = folder_of(table.slice(0, 0))
    with pytest.raises(DataError, match="parts: its files have a header but no patients"):
        score_folder(ridge, folder, OUT)
    assert not UNFINISHED.exists()


def test_a_part_that_lacks_a_column_is_refused_before_anything_is_scored(ridge, parts) -> None:
    table = parquet.read_table(parts / "p2.parquet").drop_columns(["sex"])
    parquet.write_table(table, parts / "p2.parquet")
    workers = Workers()
    with pytest.raises(DataError, match=r"parts/p2\.parquet: sex: the model needs this column"):
        score_folder(ridge, parts, OUT, elsewhere=workers)
    assert workers.calls == 0


@pytest.mark.parametrize(
    ("data", "out", "cluster", "message"),
    [
        ("new.csv", "scores.csv", True, "a cluster scores a folder of .parquet files"),
        ("parts", "scores.csv", True, "give a folder, a name without an ending like scores"),
        ("new.csv", "scores", False, "only those of a folder of .parquet files go to a folder"),
        ("nothing", "scores", False, "there is no such file or folder"),
    ],
)
def test_what_does_not_go_together_is_refused(parts, data, out, cluster, message) -> None:
    with pytest.raises(DataError, match=message):
        by_parts(data, Path(out), cluster=cluster)


def test_the_password_of_a_database_is_not_shown(ridge) -> None:
    data = "postgresql://me:hush@here/ward?table=visits"
    for refused in (
        lambda: by_parts(data, OUT, cluster=True),
        lambda: score_folder(ridge, data, OUT),
    ):
        with pytest.raises(DataError, match="postgresql://me@here/ward") as caught:
            refused()
        assert "hush" not in str(caught.value)


def test_where_scores_go_decides_whether_they_are_in_parts(parts) -> None:
    assert by_parts(parts, Path("scores"), cluster=True)
    assert by_parts(parts, Path("scores"), cluster=False)
    assert not by_parts(parts, Path("scores.csv"), cluster=False)
    assert not by_parts(Path("new.csv"), Path("scores.parquet"), cluster=False)
    Path("2026.11").mkdir()
    assert by_parts(parts, Path("2026.11"), cluster=False)
