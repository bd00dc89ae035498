"""A table in parts is read, checked, labelled and made covariates of as the whole table is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.testing import assert_array_equal

from predictor.cohort import (
    Cohort,
    Design,
    check_enough,
    check_informative,
    check_persons,
    covariates,
    design,
    few_holders,
    label,
    pool,
)
from predictor.cohort.parted import PartedCohort, read_by_part
from predictor.errors import DataError, StudyError
from predictor.pieces import PiecesHere
from predictor.study import Study
from tests.cohort.conftest import random_cells

Cells = Mapping[str, Sequence[str | None]]

MORE = """\
eligible:
  adults: age >= 18
  seen: visits > 0
outcome: {name: responder, known_at: T2, rule: nrs_t0 - nrs_t2 >= 2}
"""


def cells(n: int = 400, seed: int = 1) -> dict[str, list[str | None]]:
    rng = np.random.default_rng(seed)
    found = random_cells(n, seed)
    found["age"] = [str(x) for x in rng.integers(15, 80, n)]
    found["nrs_t0"] = [str(x) for x in rng.integers(4, 11, n)]
    for name, share in (("sex", 0.1), ("smoker", 0.05), ("nrs_t2", 0.1), ("nrs_t0", 0.02)):
        for row in np.flatnonzero(rng.random(n) < share):
            found[name][row] = None
    return found


def table_of(of: Cells) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in of.items()})


def parts_of(folder: Path, table: pa.Table, ends: Sequence[int] = (150, 151, 300)) -> Path:
    """The table as Parquet files that end where it is said."""
    folder.mkdir()
    starts = [0, *ends, table.num_rows]
    for number, (start, end) in enumerate(pairwise(starts)):
        pq.write_table(table.slice(start, end - start), folder / f"{number:03d}.parquet")
    return folder


def in_memory(path: Path, study: Study) -> tuple[Cohort, Design, np.ndarray]:
    """What the whole table is made into: `prepare`, without its order of patients."""
    cohort = Cohort.read(path, study)
    labelled = label(cohort)
    check_enough(labelled.flow)
    check_persons(labelled.eligible, cohort)
    eligible = design(covariates(labelled.eligible))
    whole = eligible.take(~np.isnan(labelled.labels))
    check_informative(whole)
    return cohort, pool(whole, few_holders(whole))[0], labelled.y


def read(study: Study, folder: Path) -> PartedCohort:
    return read_by_part(study, folder, PiecesHere.of)


def blocks_of(found: PartedCohort) -> tuple[np.ndarray, np.ndarray]:
    blocks = found.blocks.each(lambda block: block)
    assert [block.number for block in blocks] == list(range(len(blocks)))
    assert found.sizes == tuple(map(len, blocks))
    return np.concatenate([b.X for b in blocks]), np.concatenate([b.y for b in blocks])


def test_parts_are_what_the_whole_table_is(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study = make_study(more=MORE)
    of = cells()
    for row, value in ((3, "other"), (200, "other")):  # a level of two patients, in two parts
        of["sex"][row], of["age"][row], of["visits"][row] = value, "40", "2"
        of["nrs_t0"][row], of["nrs_t2"][row] = "8", "5"
    table = table_of(of)
    pq.write_table(table, tmp_path / "whole.parquet")
    cohort, matrix, y = in_memory(tmp_path / "whole.parquet", study)
    found = read(study, parts_of(tmp_path / "parts", table))
    X, labels = blocks_of(found)
    assert_array_equal(X, matrix.X)
    assert_array_equal(labels, y)
    assert found.covariates == matrix.covariates == found.nobody.covariates
    assert found.flow == label(cohort).flow
    assert [each.covariate for each in found.pooled] == ["sex"]


def test_a_table_in_one_part_has_the_fingerprint_of_the_table(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study, table = make_study(more=MORE), table_of(cells())
    one = read(study, parts_of(tmp_path / "one", table, ()))
    whole = Cohort.read(tmp_path / "one" / "000.parquet", study)
    assert one.fingerprint == whole.fingerprint()
    two = read(study, parts_of(tmp_path / "two", table, (100,)))
    assert two.fingerprint.startswith("sha256:")
    assert two.fingerprint != one.fingerprint


def test_entropy_follows_from_the_rows_and_not_from_the_parts(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study, table = make_study(more=MORE), table_of(cells())
    order = np.random.default_rng(2).permutation(table.num_rows)
    found = [
        read(study, parts_of(tmp_path / "a", table)).entropy,
        read(study, parts_of(tmp_path / "b", table.take(order), (7, 220))).entropy,
    ]
    assert found[0] == found[1]
    changed = cells()
    changed["age"][5] = "33" if changed["age"][5] != "33" else "34"
    assert read(study, parts_of(tmp_path / "c", table_of(changed))).entropy != found[0]
    renamed = cells()
    renamed["pid"] = [f"q{number}" for number in range(400)]
    assert read(study, parts_of(tmp_path / "d", table_of(renamed))).entropy == found[0]


def test_a_patient_in_two_files_is_refused_by_file_and_row(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    of = cells()
    for row in (10, 350):
        of["pid"][row], of["age"][row], of["visits"][row] = "p0010", "50", "1"
    with pytest.raises(DataError) as refused:
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))
    first, second = refused.value.faults
    assert "000.parquet: pid: row 12: the same patient more than once" in first
    assert "003.parquet: pid: row 52: the same patient more than once" in second
    assert "p0010" not in str(refused.value)


def test_a_patient_twice_in_one_file_is_refused_before_the_pipeline_is_run(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    of = cells()
    for row in (10, 12):
        of["pid"][row], of["age"][row], of["visits"][row] = "p0010", "50", "1"
    with pytest.raises(DataError, match=r"000\.parquet: pid: rows 12, 14: the same patient"):
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))


def test_a_column_that_cannot_be_the_identifier_is_refused_without_its_rows(
    make_study: Callable[..., Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("predictor.cohort.prints.NAMED", 100)
    of = {**cells(), "pid": ["St. Elsewhere"] * 400, "age": ["40"] * 400, "visits": ["1"] * 400}
    with pytest.raises(DataError) as refused:
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))
    (said,) = refused.value.faults
    assert said.startswith("pid: all 400 rows have an identifier that another row has too")
    assert "002.parquet and 1 more" in said
    assert "Elsewhere" not in said


@pytest.mark.parametrize("named", [10, 100_000])
def test_a_part_of_a_key_that_repeats_is_asked_about_however_often_it_does(
    make_study: Callable[..., Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: int
) -> None:
    monkeypatch.setattr("predictor.cohort.prints.NAMED", named)
    study = make_study(columns="  site: {role: id}\n", more=MORE)
    of = {**cells(), "site": ["north", "south"] * 200}
    with pytest.raises(DataError, match="pid, site: site repeats, and which column stands for"):
        read(study, parts_of(tmp_path / "parts", table_of(of)))


def test_somebody_who_is_not_eligible_may_be_there_twice(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    of = cells()
    of["pid"][350], of["age"][350] = of["pid"][10], "17"
    found = read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))
    assert found.flow.rows == 400


def test_all_faults_of_cells_are_told_by_file(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    of = cells()
    of["nrs_t0"][160], of["sex"][170], of["age"][320] = "11", "unknown", "old"
    with pytest.raises(DataError) as refused:
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))
    said = refused.value.faults
    assert len(said) == 3
    assert "002.parquet: sex: row 21: " in said[0]
    assert "002.parquet: nrs_t0: row 11: outside 0 to 10 NRS" in said[1]
    assert "003.parquet: age: row 22: text where a number is expected" in said[2]


def test_a_scale_of_100_that_one_file_shows_is_told_of_all(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    of = cells()
    of["nrs_t0"][0], of["nrs_t0"][320] = "11", "80"  # 11 alone would be a slip of the pen
    with pytest.raises(DataError) as refused:
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))
    assert all("this looks like a 0-100 scale" in said for said in refused.value.faults)
    assert len(refused.value.faults) == 2


def test_a_column_that_one_file_lacks_is_named_with_the_file(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    folder = parts_of(tmp_path / "parts", table_of(cells()))
    path = folder / "002.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["smoker"]), path)
    with pytest.raises(DataError, match=r"002\.parquet: smoker: declared in the study file, but"):
        read(make_study(more=MORE), folder)


def test_a_column_that_all_files_lack_is_told_once(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    table = table_of(cells()).drop_columns(["smoker"])
    with pytest.raises(DataError) as refused:
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table))
    (said,) = refused.value.faults
    assert said.startswith(f"{tmp_path / 'parts'}: smoker: declared in the study file")


@pytest.mark.parametrize(
    ("name", "value", "match"),
    [
        ("age", "17", "eligible.adults: no patient is left"),
        ("nrs_t2", None, "no patient has a label"),
        ("nrs_t2", "10", "labelled patients have the same label"),
        ("smoker", "no", "smoker: the same for all labelled patients who have it"),
        ("smoker", None, "smoker: missing for all [0-9]+ labelled patients"),
    ],
)
def test_what_is_so_in_all_parts_is_refused_as_in_the_whole_table(
    make_study: Callable[..., Study], tmp_path: Path, name: str, value: str | None, match: str
) -> None:
    table = table_of({**cells(), name: [value] * 400})
    pq.write_table(table, tmp_path / "whole.parquet")
    study = make_study(more=MORE)
    with pytest.raises(DataError, match=match) as whole:
        in_memory(tmp_path / "whole.parquet", study)
    with pytest.raises(DataError, match=match) as parts:
        read(study, parts_of(tmp_path / "parts", table))
    assert parts.value.faults == whole.value.faults


def test_what_is_so_in_one_part_only_is_not_refused(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    of = cells()
    of["age"][150:151] = ["17"]  # nobody is eligible in a part of one row
    of["smoker"][:150] = ["no"] * 150
    of["nrs_t1"][300:] = [None] * 100
    of["nrs_t2"][300:] = [None] * 100  # nobody is labelled in the last
    found = read(make_study(more=MORE), parts_of(tmp_path / "parts", table_of(of)))
    assert found.sizes[1] == found.sizes[3] == 0
    assert sum(found.sizes) == found.flow.labelled
    X, _ = blocks_of(found)
    assert X.shape == (found.flow.labelled, found.covariates[-1].stop)


def test_a_pipeline_that_looks_at_other_patients_is_refused_in_a_part_too(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    study = make_study(
        "SELECT pid, age, rank() OVER (ORDER BY age) AS place FROM cohort",
        more=MORE,
    )
    with pytest.raises(StudyError, match="depends on other patients"):
        read(study, parts_of(tmp_path / "parts", table_of(cells())))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ("whole.parquet", "whole.parquet: there is no such folder"),
        ("nowhere", "nowhere: there is no such folder"),
        ("postgresql://me:hush@here/ward?table=visits", "postgresql://me@here/ward"),
    ],
)
def test_what_is_no_folder_is_refused_and_a_password_not_shown(
    make_study: Callable[..., Study], tmp_path: Path, data: str, named: str
) -> None:
    pq.write_table(table_of(cells()), tmp_path / "whole.parquet")
    place = data if "://" in data else str(tmp_path / data)
    with pytest.raises(DataError, match="train without --by-part") as refused:
        read_by_part(make_study(more=MORE), place, PiecesHere.of)
    assert named in str(refused.value)
    assert "hush" not in str(refused.value)


def test_nothing_is_read_of_a_folder_without_patients(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    table = table_of(cells()).slice(0, 0)
    with pytest.raises(DataError, match="the table has no patients"):
        read(make_study(more=MORE), parts_of(tmp_path / "parts", table, ()))


def test_a_worker_that_does_not_see_a_file_or_sees_another_says_so(
    make_study: Callable[..., Study], tmp_path: Path
) -> None:
    folder = parts_of(tmp_path / "parts", table_of(cells()))

    def elsewhere(load: Callable[[Any], Any], parts: Sequence[Any]) -> PiecesHere[Any]:
        (folder / "001.parquet").unlink()
        return PiecesHere.of(load, parts)

    with pytest.raises(DataError, match=r"001\.parquet: the worker on \S+ has no such file; every"):
        read_by_part(make_study(more=MORE), folder, elsewhere)

    def later(load: Callable[[Any], Any], parts: Sequence[Any]) -> PiecesHere[Any]:
        pq.write_table(table_of(cells(7)), folder / "000.parquet")
        return PiecesHere.of(load, parts)

    def of_the_same_size(load: Callable[[Any], Any], parts: Sequence[Any]) -> PiecesHere[Any]:
        (folder / "000.parquet").touch()
        return PiecesHere.of(load, parts)

    for gather in (later, of_the_same_size):
        with pytest.raises(DataError, match=r"000\.parquet: has changed while it was read"):
            read_by_part(make_study(more=MORE), folder, gather)
