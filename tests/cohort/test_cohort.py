"""The cohort: cut off in time, numbered by row, with a fingerprint over every cell."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from predictor.cohort import Cohort, check_informative, covariates, design, label
from predictor.cohort.simulate import simulate, write
from predictor.errors import DataError
from predictor.study import Study, load_study

MakeStudy = Callable[..., Study]
MakeCohort = Callable[..., Cohort]
CONFIGS = Path(__file__).parents[2] / "configs"


def test_columns_of_the_future_do_not_exist(make_cohort: MakeCohort) -> None:
    cohort = make_cohort()
    then = cohort.as_of("T0")
    assert then.table.column_names == [column.name for column in then.columns]
    assert "nrs_t1" not in then.table.column_names
    assert "diary" not in then.table.column_names
    assert "nrs_t1" in cohort.as_of("T1").table.column_names
    assert "nrs_t2" not in cohort.as_of("T1").table.column_names
    assert "nrs_t2" not in then.as_of("T2").table.column_names, "what is cut off stays cut off"


def test_rows_remember_their_place_in_the_table(make_cohort: MakeCohort) -> None:
    cohort = make_cohort(n=10)
    some = cohort.take([7, 3, 5]).as_of("T0").take(np.array([2, 0]))
    assert some.rows.tolist() == [5, 7]
    assert some.keys.to_pylist() == ["p0005", "p0007"]
    assert len(some) == 2


def test_a_cohort_shows_its_size_and_no_patient(make_cohort: MakeCohort) -> None:
    assert repr(make_cohort(pid=["secret", "x"])) == "<Cohort example: 2 rows, 13 columns>"


def test_the_fingerprint_is_the_same_from_every_format(tmp_path: Path) -> None:
    study = load_study(CONFIGS / "crps_esketamine.yaml")
    simulated = simulate(80, seed=3)
    prints = set()
    for suffix in ("csv", "parquet", "xlsx"):
        write(simulated, tmp_path / f"t.{suffix}")
        prints.add(Cohort.read(tmp_path / f"t.{suffix}", study).fingerprint())
    assert len(prints) == 1
    assert prints.pop().startswith("sha256:")


def test_the_fingerprint_covers_every_cell(make_cohort: MakeCohort) -> None:
    cells = {name: ["1"] * 3 for name in ("age", "visits", "nrs_t0", "nrs_t1", "nrs_t2", "note")}
    cells |= {"diary": ["a", "b", "c"], "sex": ["male"] * 3, "smoker": ["yes"] * 3}
    cells |= {"onset": ["2020-01-01"] * 3, "start": ["2020-01-02"] * 3, "success": ["no"] * 3}
    cells |= {"pid": ["x", "y", "z"]}
    other = {
        "sex": "female", "smoker": "no", "success": "yes", "onset": "2020-01-02",
        "start": "2020-01-03",
    }  # fmt: skip
    prints = {make_cohort(**cells).fingerprint()}
    for name, column in cells.items():
        for row in range(3):
            changed = [*column]
            changed[row] = other.get(name, "2")
            prints.add(make_cohort(**{**cells, name: changed}).fingerprint())
            prints.add(
                make_cohort(
                    **{**cells, name: [*column[:row], *column[row + 1 :]][:0] or changed}
                ).fingerprint()
            )
    assert len(prints) == 1 + 3 * len(cells)


def test_the_fingerprint_does_not_depend_on_the_order_of_the_columns(
    make_study: MakeStudy, make_cohort: MakeCohort
) -> None:
    study, cohort = make_study(), make_cohort()
    backwards = cohort.table.select(cohort.table.column_names[::-1])
    texts = pa.table({n: backwards[n].cast(pa.string()) for n in backwards.column_names})
    again, faults = Cohort.check(texts, study, study.columns)
    assert not faults
    assert again.fingerprint() == cohort.fingerprint()


def test_a_file_with_all_its_faults_is_refused_by_name(
    make_study: MakeStudy, tmp_path: Path
) -> None:
    path = tmp_path / "t.xlsx"
    book = openpyxl.Workbook()
    book.active.append([column.name for column in make_study().columns])
    book.active.append(["a", 130, 1, "male", "yes", None, None, None, 11, 5, 5, "yes", None])
    book.save(path)
    with pytest.raises(DataError) as caught:
        Cohort.read(path, make_study())
    assert [fault.partition(";")[0] for fault in caught.value.faults] == [
        f"{path}: age: row 2: outside 0 to 120",
        f"{path}: nrs_t0: row 2: outside 0 to 10 NRS",
    ]


@pytest.mark.slow
def test_a_hundred_thousand_patients_take_seconds(tmp_path: Path) -> None:
    """Measured on one core: read and check 2 s, labels by six rules 7 s, covariates 4 s."""
    study = load_study(CONFIGS / "crps_esketamine.yaml")
    write(simulate(100_000, seed=1), tmp_path / "t.csv")
    start = time.process_time()  # of this process alone: others run beside the tests
    patients = label(Cohort.read(tmp_path / "t.csv", study)).labelled
    matrix = design(covariates(patients))
    check_informative(matrix)
    seconds = time.process_time() - start
    assert matrix.X.shape == (len(patients), 12)
    assert seconds < 60


def test_entropy_does_not_depend_on_the_order_of_rows_or_on_names(
    make_cohort: MakeCohort,
) -> None:
    cohort = make_cohort()
    turned = cohort.take(np.arange(len(cohort))[::-1])
    assert turned.entropy() == cohort.entropy()
    assert turned.fingerprint() != cohort.fingerprint()  # which is of the table as it is written
    place = cohort.table.column_names.index(cohort.study.ids[0])
    names = pa.array([f"other {row}" for row in range(len(cohort))])
    renamed = replace(
        cohort, table=cohort.table.set_column(place, cohort.table.schema.field(place), names)
    )
    assert renamed.entropy() == cohort.entropy()


def test_entropy_is_of_every_cell_and_not_the_fingerprint(make_cohort: MakeCohort) -> None:
    cohort, other = make_cohort(), make_cohort()
    assert cohort.entropy() == other.entropy()
    assert f"{cohort.entropy():064x}" not in cohort.fingerprint()
    fewer = cohort.take(np.arange(len(cohort.rows) - 1))
    assert fewer.entropy() != cohort.entropy()


def test_ranks_follow_the_patients_and_not_their_names(make_cohort: MakeCohort) -> None:
    cohort = make_cohort()
    assert sorted(set(cohort.ranks())) == list(range(len(set(cohort.ranks()))))
    turned = cohort.take(np.arange(len(cohort))[::-1])
    assert turned.ranks().tolist() == cohort.ranks()[::-1].tolist()
    place = cohort.table.column_names.index(cohort.study.ids[0])
    names = pa.array([f"other {row}" for row in range(len(cohort))])
    field = cohort.table.schema.field(place)
    renamed = replace(cohort, table=cohort.table.set_column(place, field, names))
    assert renamed.ranks().tolist() == cohort.ranks().tolist()
