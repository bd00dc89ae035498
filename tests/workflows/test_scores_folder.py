"""A folder of patients into a folder of scores: the same as one table, whoever does the parts."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as parquet
import pytest

from predictor.errors import DataError, PredictorError
from predictor.processes import Processes
from predictor.results import ScoresManifest
from predictor.workflows import by_parts, score_file, score_folder
from predictor.workflows.scores_folder import MANIFEST
from predictor.workflows.unfinished_scores import UnfinishedScores

OUT, UNFINISHED = Path("scores"), Path("scores.unfinished")
ENDS = [20, 20, 55]  # of parts, of which one has no patients


@pytest.fixture
def ridge(trained) -> str:
    return str(trained.directory("ridge"))


@pytest.fixture
def table(small) -> pa.Table:
    """Patients who can all be scored."""
    small.table([{**row, "course": 1} for row in small.rows], "new.csv")
    return pyarrow.csv.read_csv("new.csv")


@pytest.fixture
def parts(table) -> Path:
    return folder_of(table)


def folder_of(table: pa.Table) -> Path:
    folder = Path("parts")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for number, (start, stop) in enumerate(zip([0, *ENDS], [*ENDS, table.num_rows], strict=True)):
        parquet.write_table(table.slice(start, stop - start), folder / f"p{number}.parquet")
    return folder


def changed(table: pa.Table, cells: dict[tuple[int, str], Any]) -> pa.Table:
    """The table with other cells, as text."""
    for (row, name), cell in cells.items():
        texts = [None if c is None else str(c) for c in table[name].to_pylist()]
        texts[row] = cell
        table = table.set_column(table.column_names.index(name), name, pa.array(texts))
    return table


class Workers:
    """An executor, told what to do before each chunk, by the number of the call and of the chunk.

    What is sent is packed, as it would be on its way; how much is counted.
    """

    at_once = 1

    def __init__(self, before: Callable[[int, int], None] = lambda call, chunk: None) -> None:
        self.before, self.calls, self.sent = before, 0, [b""]

    def __call__(self, work: Callable[[Any], Any], chunks: Sequence[Any]) -> Iterator[Any]:
        call, self.calls = self.calls, self.calls + 1
        packed = pickle.dumps(work)
        self.sent.append(packed)
        for number, chunk in enumerate(chunks):
            self.before(call, number)
            there = pickle.dumps(chunk)
            back = pickle.dumps(self.done(pickle.loads(packed), pickle.loads(there)))
            self.sent += [there, back]
            yield pickle.loads(back)

    def done(self, work: Callable[[Any], Any], chunk: Any) -> Any:
        return work(chunk)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def whole(folder: Path) -> pa.Table:
    return parquet.read_table(folder)


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


def _twice(table: pa.Table) -> pa.Table:
    return changed(table, {(0, "patient_id"): "QZID0070", (33, "patient_id"): "QZID0025"})


def _far(table: pa.Table) -> pa.Table:
    return changed(table, {(5, "pain_t0"): "12", (80, "pain_t0"): "70", (30, "sex"): "unknown"})


def _all(table: pa.Table) -> pa.Table:
    return _far(_twice(changed(table, {(70, "course"): "2"})))


@pytest.mark.parametrize("spoil", [_twice, _far, _all])
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
    folder = folder_of(_all(table))

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

    folder = folder_of(_all(table))
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


def test_a_part_that_two_workers_did_is_there_once(ridge, table) -> None:
    late: list[tuple[Callable[[Any], Any], Any]] = []

    class Twice(Workers):
        def done(self, work: Callable[[Any], Any], chunk: Any) -> Any:
            late.append((work, chunk))
            work(chunk)
            return work(chunk)

    folder = folder_of(_twice(table))
    score_folder(ridge, folder, Path("once"), lenient=True)
    score_folder(ridge, folder, OUT, lenient=True, elsewhere=Twice())
    assert files(OUT) == files(Path("once"))
    # one that was thought dead and comes to an end later has nowhere to write to
    for work, chunk in late:
        with pytest.raises(PredictorError, match="does not see"):
            work(chunk)
    assert files(OUT) == files(Path("once"))
    assert not UNFINISHED.exists()


def after(done: int) -> Workers:
    """Workers who do so many parts."""

    def stop(call: int, chunk: int) -> None:
        if (call, chunk) == (0, done):
            raise PredictorError("the scheduler is gone")

    return Workers(stop)


def test_what_was_done_before_a_crash_is_kept(ridge, parts) -> None:
    score_folder(ridge, parts, Path("once"))
    with pytest.raises(PredictorError) as caught:
        score_folder(ridge, parts, OUT, elsewhere=after(2))
    assert "the scheduler is gone\n" in str(caught.value)
    assert "scores.unfinished: what is done so far (2 of 4 files); the same" in str(caught.value)
    assert not OUT.exists()
    assert not UNFINISHED.stat().st_mode & 0o007  # nobody else reads what is left
    (UNFINISHED / "p0.half.new").write_bytes(b"PAR1")  # of a worker that died
    found = score_folder(ridge, parts, OUT)
    assert (found.kept, found.parts) == (2, 4)
    assert files(OUT) == files(Path("once"))
    assert not UNFINISHED.exists()


def test_only_the_same_part_model_and_options_are_kept(ridge, trained, parts, table) -> None:
    def kept(model: str, **how: bool) -> int:
        with pytest.raises(PredictorError, match="scheduler"):
            score_folder(ridge, parts, OUT, elsewhere=after(3))
        return score_folder(model, parts, OUT, **how).kept

    assert kept(ridge) == 3
    assert kept(ridge, explain=True) == 0
    assert kept(ridge, lenient=True) == 0
    assert kept(str(trained.directory("logistic"))) == 0
    with pytest.raises(PredictorError, match="scheduler"):
        score_folder(ridge, parts, OUT, elsewhere=after(3))
    parquet.write_table(changed(table, {(0, "pain_t0"): "5"}).slice(0, 20), parts / "p0.parquet")
    next(UNFINISHED.glob("p2.*.parquet")).write_bytes(b"damaged")
    assert score_folder(ridge, parts, OUT).kept == 1  # p1
    score_file(ridge, parts, Path("one.parquet"))
    assert whole(OUT).equals(parquet.read_table("one.parquet"))


def test_a_table_that_is_refused_after_a_crash_leaves_nothing(ridge, table) -> None:
    folder = folder_of(_twice(table))
    with pytest.raises(PredictorError, match="scheduler"):
        score_folder(ridge, folder, OUT, elsewhere=after(2))
    with pytest.raises(DataError, match="the same patient more than once"):
        score_folder(ridge, folder, OUT)
    assert not UNFINISHED.exists()


def test_a_column_that_cannot_be_the_identifier_is_said_to_be_none(
    ridge, table, monkeypatch
) -> None:
    monkeypatch.setattr("predictor.workflows.scoring_rounds.NAMED", 50)
    folder = folder_of(changed(table, {(row, "patient_id"): "QZID0007" for row in range(90)}))
    with pytest.raises(DataError) as refused:
        score_folder(ridge, folder, OUT)
    (said,) = refused.value.faults
    assert said.startswith("patient_id: all 90 rows have an identifier that another row has too")
    assert "(in parts/p0.parquet, parts/p2.parquet, parts/p3.parquet)" in said
    assert "QZID" not in said
    assert not UNFINISHED.exists()
    assert score_folder(ridge, folder, OUT, lenient=True).flagged == 90


def test_once_a_part_is_refused_others_are_only_checked(ridge, table) -> None:
    folder = folder_of(_far(table))
    there: list[int] = []
    workers = Workers(lambda call, chunk: there.append(len([*UNFINISHED.glob("*.done")])))
    with pytest.raises(DataError):
        score_folder(ridge, folder, OUT, elsewhere=workers)
    assert set(there) == {0}


def test_an_interrupt_says_what_is_there(copied, predictor, monkeypatch) -> None:
    rows = [{**row, "course": 1} for row in copied.study.rows]
    copied.study.table(rows, "new.csv")
    folder_of(pyarrow.csv.read_csv("new.csv"))
    out = ("score", "models/small/latest/ridge", "--data", "parts", "--out", "scores")

    def stop(call: int, chunk: int) -> None:
        if chunk == 3:
            raise KeyboardInterrupt

    from contextlib import nullcontext

    from predictor.cli import options

    with monkeypatch.context() as patch:
        patch.setattr(options, "computing", lambda *_, **__: nullcontext(Workers(stop)))
        code, _, err = predictor(*out)
    assert code == 130
    assert "what is done so far (3 of 4 files); the same command goes on" in err
    code, _, err = predictor(*out)
    assert code == 0
    assert "wrote scores (4 files, 3 of them done by an earlier run)" in err


def test_nothing_of_a_patient_is_sent(ridge, table, small) -> None:
    """Neither cells nor prints, nor the secret from which prints are made; and it is little."""
    workers = Workers()
    secret = b""

    def look(call: int, chunk: int) -> None:
        nonlocal secret
        secret = (UNFINISHED / "secret").read_bytes()

    workers.before = look
    score_folder(ridge, folder_of(_all(table)), OUT, lenient=True, elsewhere=workers)
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


def test_a_part_that_is_changed_meanwhile_is_refused(ridge, table) -> None:
    folder = folder_of(_twice(table))

    def change(call: int, chunk: int) -> None:
        if call == 2:  # those who are there twice are known, and to be marked
            parquet.write_table(table.slice(0, 20), folder / "p0.parquet")

    with pytest.raises(PredictorError, match=r"parts/p0\.parquet: was changed while"):
        score_folder(ridge, folder, OUT, lenient=True, elsewhere=Workers(change))
    assert not OUT.exists()


def test_a_worker_that_does_not_see_a_folder_says_which(ridge, parts) -> None:
    def no_patients(call: int, chunk: int) -> None:
        parts.rename("moved")

    with pytest.raises(PredictorError, match=r"p0\.parquet: the worker on .* does not see"):
        score_folder(ridge, parts, OUT, elsewhere=Workers(no_patients))
    assert not UNFINISHED.exists()
    Path("moved").rename(parts)

    def no_scores(call: int, chunk: int) -> None:
        UNFINISHED.rename("other")

    with pytest.raises(PredictorError, match=r"scores\.unfinished: the worker on"):
        score_folder(ridge, parts, OUT, elsewhere=Workers(no_scores))


def test_scores_that_this_machine_does_not_see_are_refused(ridge, parts) -> None:
    def lose(call: int, chunk: int) -> None:
        if call == 1:
            next(UNFINISHED.glob("p2.*.parquet")).unlink()

    with pytest.raises(PredictorError, match=r"p2\..*: a worker wrote it, and this machine"):
        score_folder(ridge, parts, OUT, elsewhere=Workers(lose))
    assert not OUT.exists()
    assert score_folder(ridge, parts, OUT).kept == 3


def test_two_runs_do_not_write_the_same_scores(ridge, parts) -> None:
    with (
        UnfinishedScores.beside(OUT),
        pytest.raises(PredictorError, match="scores: another run writes these scores; wait"),
    ):
        score_folder(ridge, parts, OUT)


def test_scores_are_replaced_and_nothing_else_is(ridge, parts) -> None:
    score_folder(ridge, parts, OUT)
    before = files(OUT)
    (parts / "p3.parquet").rename(parts / "p4.parquet")
    score_folder(ridge, parts, OUT)
    after = files(OUT)
    assert after["p4.parquet"] == before["p3.parquet"]
    assert "p3.parquet" not in after
    (OUT / "notes.txt").write_text("mine")
    with pytest.raises(PredictorError, match="scores: is there already and is not a folder of"):
        score_folder(ridge, parts, OUT)
    Path("empty").mkdir()
    score_folder(ridge, parts, Path("empty"))
    assert files(Path("empty")) == after
    Path("full.unfinished").mkdir()
    Path("full.unfinished", "mine").touch()
    with pytest.raises(PredictorError, match="is not scores that predictor has not finished"):
        score_folder(ridge, parts, Path("full"))
    assert Path("full.unfinished", "mine").exists()


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
