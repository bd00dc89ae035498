"""What is there when scores of a folder are interrupted, late, done twice, or in the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.csv
import pyarrow.parquet as parquet
import pytest

from predictor.errors import DataError, PredictorError
from predictor.workflows import score_file, score_folder, scored_parts
from predictor.workflows.unfinished_scores import UnfinishedScores
from tests.workflows.scores_folder.given import (
    OUT,
    UNFINISHED,
    Workers,
    changed,
    far,
    files,
    folder_of,
    twice,
    whole,
)


def test_a_late_worker_changes_nothing_that_is_done(ridge, table, monkeypatch) -> None:
    """It reads a file that was corrected once another worker had done it."""
    folder = folder_of(table)
    score_folder(ridge, folder, Path("once"))

    class Late(Workers):
        def done(self, work: Callable[[Any], Any], chunk: Any) -> Any:
            if self.calls > 1 or chunk.file.name != "p0.parquet":
                return work(chunk)
            one_pass, found = scored_parts.one_pass, []

            def meanwhile(*args: Any, **options: Any) -> Any:
                monkeypatch.setattr(scored_parts, "one_pass", one_pass)
                found.append(work(chunk))
                corrected = changed(table, {(0, "pain_t0"): "5"})
                parquet.write_table(corrected.slice(0, 20), chunk.file)
                return one_pass(*args, **options)

            monkeypatch.setattr(scored_parts, "one_pass", meanwhile)
            with pytest.raises(PredictorError, match="was changed while"):
                work(chunk)
            return found[0]

    score_folder(ridge, folder, OUT, elsewhere=Late())
    assert files(OUT) == files(Path("once"))


def test_what_a_late_worker_of_an_earlier_run_refuses_is_not_refused_now(ridge, table) -> None:
    late: list[Callable[[], Any]] = []

    class Lost(Workers):
        def done(self, work: Callable[[Any], Any], chunk: Any) -> Any:
            if chunk.file.name == "p3.parquet":
                late.append(partial(work, chunk))
                raise PredictorError("the scheduler is gone")
            return work(chunk)

    folder = folder_of(changed(table, {(80, "pain_t0"): "70"}))
    with pytest.raises(PredictorError, match="the scheduler is gone"):
        score_folder(ridge, folder, OUT, elsewhere=Lost())

    def refused(call: int, chunk: int) -> None:
        if (call, chunk) == (0, 0):
            late[0]()
            folder_of(changed(table, {(80, "pain_t0"): "7"}))

    assert score_folder(ridge, folder, OUT, elsewhere=Workers(refused)).kept == 3
    score_folder(ridge, folder, Path("once"))
    assert files(OUT) == files(Path("once"))


def after(done: int) -> Workers:
    """Workers who do so many parts."""

    def stop(call: int, chunk: int) -> None:
        if (call, chunk) == (0, done):
            raise PredictorError("the scheduler is gone")

    return Workers(stop)


def test_a_part_that_two_workers_did_is_there_once(ridge, table) -> None:
    late: list[tuple[Callable[[Any], Any], Any]] = []

    class Twice(Workers):
        def done(self, work: Callable[[Any], Any], chunk: Any) -> Any:
            late.append((work, chunk))
            work(chunk)
            return work(chunk)

    folder = folder_of(twice(table))
    score_folder(ridge, folder, Path("once"), lenient=True)
    score_folder(ridge, folder, OUT, lenient=True, elsewhere=Twice())
    assert files(OUT) == files(Path("once"))
    # one that was thought dead and comes to an end later has nowhere to write to
    for work, chunk in late:
        with pytest.raises(PredictorError, match="does not see"):
            work(chunk)
    assert files(OUT) == files(Path("once"))
    assert not UNFINISHED.exists()


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
    folder = folder_of(twice(table))
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
    folder = folder_of(far(table))
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


def test_a_part_that_is_changed_meanwhile_is_refused(ridge, table) -> None:
    folder = folder_of(twice(table))

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
