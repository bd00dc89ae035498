"""Files of SPSS and Stata: their cells, labels and missing values, and what is no such file."""

from __future__ import annotations

import contextlib
import datetime
import random
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from predictor.cohort import open_parts, read_table
from predictor.cohort.described import DescribedColumn, read_described
from predictor.cohort.patients import read_patients
from predictor.cohort.spss_stata import SpssStataBlocks
from predictor.errors import DataError
from predictor.study import TableSpec, load_study

HAVEN = Path(__file__).parents[1] / "golden" / "haven"
N = 30
SEX = {1: "male", 2: "female", 3: "other"}
MARKS = {0: "no pain", 10: "worst pain"}


def patients() -> pd.DataFrame:
    return pd.DataFrame({
        "id": [f"P{n:02}" for n in range(N)],
        "sex": [float(n % 2 + 1) for n in range(N)],
        "nrs": [float(n % 11) for n in range(N)],
        "smoker": [float(n % 2) for n in range(N)],
        "dose": [0.1 * n for n in range(N)],
        "seen": [datetime.date(2020, 1, 31) + datetime.timedelta(n) for n in range(N)],
        "how": ["a", "b", "NR"] * (N // 3),
    })  # fmt: skip


def sav(path: Path, frame: pd.DataFrame | None = None, **further: object) -> Path:
    settings: dict[str, object] = {
        "column_labels": {"nrs": "Pain at rest", "sex": "Sex of the patient"},
        "variable_value_labels": {
            "sex": SEX, "nrs": MARKS, "smoker": {0: "Nee", 1: "Ja"}, "how": {"a": "by car"},
        },
        "missing_ranges": {"sex": [9], "dose": [{"lo": 97, "hi": 99}], "how": ["NR"]},
        **further,
    }  # fmt: skip
    pyreadstat.write_sav(patients() if frame is None else frame, path, **settings)
    return path


def dta(path: Path, frame: pd.DataFrame | None = None, **further: object) -> Path:
    settings: dict[str, object] = {
        "column_labels": {"nrs": "Pain at rest", "sex": "Sex of the patient"},
        "variable_value_labels": {"sex": SEX, "nrs": MARKS, "smoker": {0: "Nee", 1: "Ja"}},
        **further,
    }
    given = patients() if frame is None else frame
    given = given.astype({name: "int32" for name in ("sex", "nrs", "smoker") if name in given})
    pyreadstat.write_dta(given, path, **settings)
    return path


def by_name(path: Path) -> dict[str, DescribedColumn]:
    return {column.name: column for column in read_described(path)}


@pytest.fixture
def study(tmp_path: Path) -> Callable[..., object]:
    def make(**columns: str) -> object:
        lines = "".join(f"  {name}: {{{settings}}}\n" for name, settings in columns.items())
        (tmp_path / "study.yaml").write_text(
            "study: s\ntimepoints: {T0: before, T1: after}\npredict_at: T0\nother_columns: ignore\n"
            f"columns:\n  id: {{role: id}}\n{lines}"
            "  later: {known_at: T1, type: flag}\noutcome: {name: o, known_at: T1, rule: later}\n"
        )
        return load_study(tmp_path / "study.yaml")

    return make


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".dta"])
def test_cells_are_what_the_file_holds(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    if suffix == ".dta":
        dta(path)
    else:
        sav(path, compress=suffix == ".zsav")
    cells = read_table(path).to_pydict()
    assert cells["id"][3] == "P03"
    assert cells["sex"][:2] == ["1", "2"]
    assert cells["dose"][:4] == ["0", "0.1", "0.2", repr(0.1 * 3)]
    assert cells["seen"][:2] == ["2020-01-31", "2020-02-01"]


def test_a_portable_file_is_read(tmp_path: Path) -> None:
    frame = patients()[["id", "sex"]].rename(columns=str.upper)
    pyreadstat.write_por(frame, tmp_path / "t.por", column_labels={"SEX": "Sex"})
    assert read_table(tmp_path / "t.por").slice(0, 1).to_pylist() == [{"ID": "P00", "SEX": "1"}]
    assert by_name(tmp_path / "t.por")["SEX"].label == "Sex"


def test_numbers_of_single_precision_have_the_digits_that_were_typed(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "x": np.array([0.1, 36.6, np.nan], dtype="float32")})
    frame.to_stata(tmp_path / "t.dta", write_index=False)
    assert read_table(tmp_path / "t.dta")["x"].to_pylist() == ["0.1", "36.6", None]


def test_what_the_user_declared_missing_is_an_empty_cell(tmp_path: Path) -> None:
    frame = patients()
    frame.loc[0, "sex"], frame.loc[:1, "dose"] = 9.0, [98.0, 97.5]
    (part,) = open_parts(sav(tmp_path / "t.sav", frame))
    cells = read_table(tmp_path / "t.sav").to_pydict()
    assert cells["sex"][:2] == [None, "2"]
    assert cells["dose"][:3] == [None, None, "0.2"]
    assert cells["how"][:3] == ["a", "b", None]
    assert isinstance(part.blocks, SpssStataBlocks)
    list(part.blocks.read(part.blocks.names))
    assert {each.column: each.cells for each in part.taken()} == {"sex": 1, "dose": 2, "how": 10}


def test_extended_missing_values_of_stata_are_empty_cells(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3, 4], "x": [1.5, "a", "z", np.nan]})
    path = tmp_path / "t.dta"
    pyreadstat.write_dta(frame, path, missing_user_values={"x": ["a", "z"]})
    (part,) = open_parts(path)
    ((table, _),) = part.blocks.read(["x"])
    assert table["x"].to_pylist() == ["1.5", None, None, None]
    assert [each.cells for each in part.taken()] == [2]


def test_moments_and_times_of_day_are_written_as_clocks_show_them(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "id": [1, 2],
        "at": pd.to_datetime(["2021-07-31 10:30", "2021-07-31 00:00"]),
        "day": [datetime.date(1500, 1, 1), datetime.date(9999, 12, 31)],
    })  # fmt: skip
    for path in (sav(tmp_path / "t.sav", frame), dta(tmp_path / "t.dta", frame)):
        cells = read_table(path)
        assert cells["at"].to_pylist() == ["2021-07-31 10:30:00", "2021-07-31"]
        assert cells["day"].to_pylist() == ["1500-01-01", "9999-12-31"]
    frame = pd.DataFrame({"id": [1, 2], "t": [37_805.0, 1e15], "d": [1e18, np.nan]})
    sav(tmp_path / "t.sav", frame, variable_format={"t": "TIME8", "d": "DATE11"})
    cells = read_table(tmp_path / "t.sav")
    assert cells["t"].to_pylist()[0] == "10:30:05"
    assert cells["d"].to_pylist() == ["1e+18", None]  # no day of any calendar


@pytest.mark.parametrize("make", [sav, dta])
def test_a_draft_has_labels_for_levels_and_numbers_where_only_ends_are_labelled(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    columns = by_name(make(tmp_path / f"t.{make.__name__}"))
    assert columns["sex"].levels == ("male", "female", "other")
    assert columns["sex"].label == "Sex of the patient"
    assert set(columns["sex"].cells.to_pylist()) == {"male", "female"}
    assert columns["nrs"].levels == ()
    assert columns["nrs"].label == "Pain at rest (0 = no pain, 10 = worst pain)"
    assert columns["nrs"].cells.to_pylist()[:2] == ["0", "1"]
    assert columns["smoker"].type == "flag"
    assert columns["smoker"].cells.to_pylist()[:2] == ["0", "1"]


def test_labels_that_say_that_there_is_no_value_are_offered_as_missing(tmp_path: Path) -> None:
    frame = patients()
    frame.loc[0, "nrs"] = 99.0
    labels = {"nrs": {**MARKS, 99: "Refused", 98: "not applicable"}}
    column = by_name(sav(tmp_path / "t.sav", frame, variable_value_labels=labels))["nrs"]
    assert column.missing == ("99", "98")
    assert column.label == "Pain at rest (0 = no pain, 10 = worst pain)"


def test_a_measure_of_scale_is_a_number_even_if_all_its_values_have_labels(tmp_path: Path) -> None:
    frame = patients().assign(nrs=[0.0, 10.0] * (N // 2))
    measured = sav(tmp_path / "t.sav", frame, variable_measure={"nrs": "scale", "sex": "ordinal"})
    columns = by_name(measured)
    assert (columns["nrs"].levels, columns["nrs"].type) == ((), "number")
    assert columns["sex"].ordered


def test_the_study_says_whether_a_cell_is_its_code_or_its_label(
    tmp_path: Path, study: Callable[..., object]
) -> None:
    path = sav(tmp_path / "t.sav", patients().assign(nrs=[0.0, 10.0] * (N // 2)))
    for settings, cells in (
        ("known_at: T0, type: category, levels: [male, female, other]", ["male", "female"]),
        ("known_at: T0, type: category, levels: [1, 2, 3]", ["1", "2"]),
        ("known_at: T0, type: integer", ["1", "2"]),
        ("role: ignore", ["1", "2"]),
    ):
        declared = study(
            sex=settings, nrs="known_at: T0, type: number", smoker="known_at: T0, type: flag"
        )
        table = read_patients(path, declared).cells  # type: ignore[arg-type]
        assert table["sex"].to_pylist()[:2] == cells
        # two patients with the ends of the scale are no category because of that
        assert table["nrs"].to_pylist()[:2] == ["0", "10"]
        assert table["smoker"].to_pylist()[:2] == ["0", "1"]


def test_labels_that_are_alike_are_told_apart(tmp_path: Path) -> None:
    labels = {"sex": {1: "other", 2: "other ", 3: ""}}
    columns = by_name(sav(tmp_path / "t.sav", variable_value_labels=labels))
    assert columns["sex"].levels == ("other", "other (2)", "3")


def test_encodings_are_those_of_the_file_or_of_the_study(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["Muller", "Zoe"]})
    content = sav(tmp_path / "t.sav", frame).read_bytes()
    (tmp_path / "t.sav").write_bytes(content.replace(b"Muller", b"M\xfcller"))
    with pytest.raises(DataError, match=r"table: \{encoding: windows-1252\}"):
        read_table(tmp_path / "t.sav")
    table = read_table(tmp_path / "t.sav", TableSpec(encoding="windows-1252"))
    assert table["id"].to_pylist() == ["Müller", "Zoe"]


@pytest.mark.parametrize(
    ("file", "cells"),
    [
        ("patients.sav", "cells.csv"),
        ("patients.zsav", "cells.csv"),
        ("patients.dta", "cells_stata.csv"),
    ],
)
def test_cells_match_R_haven(file: str, cells: str) -> None:
    found = {column.name: column.cells.to_pylist() for column in read_described(HAVEN / file)}
    expected = read_table(HAVEN / cells).to_pydict()
    assert [*found] == [*expected]
    for name, wanted in expected.items():
        if name in ("age", "nrs", "visits"):  # the same number, in the digits of each
            assert [v and float(v) for v in found[name]] == [v and float(v) for v in wanted]
        elif name == "at":  # midnight is a day alone
            shown = [f"{v} 00:00:00" if len(v) == 10 else v for v in found[name]]
            assert shown == wanted
        else:
            assert found[name] == wanted


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".por", ".dta"])
@pytest.mark.parametrize("content", [b"id,pain\n1,2\n", b"$FL2", b"\0" * 500, b"<stata_dta>"])
def test_another_file_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"t{suffix}"
    path.write_bytes(content)
    program = "Stata" if suffix == ".dta" else "SPSS"
    with pytest.raises(DataError, match=f"not a file of {program}, damaged, or locked"):
        read_table(path)


@pytest.mark.slow
@pytest.mark.parametrize("make", [sav, dta])
def test_damage_ends_nothing_but_the_reading(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path / f"t.{make.__name__}")
    content = path.read_bytes()
    draw = random.Random(1)
    for _ in range(12):
        damaged = bytearray(content)
        for _ in range(draw.choice((1, 5, 20))):
            place = draw.randrange(min(len(damaged), 2_000))
            damaged[place : place + 4] = draw.choice((b"\xff\xff\xff\x7f", b"\0\0\0\0", b""))
        path.write_bytes(bytes(damaged))
        with contextlib.suppress(DataError):
            read_table(path)


def test_a_crash_of_the_library_ends_its_own_process_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sav(tmp_path / "t.sav")
    (tmp_path / "crash").mkdir()
    (tmp_path / "crash" / "pyreadstat.py").write_text("import os\nos.abort()\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "crash"), *sys.path])
    with pytest.raises(DataError, match="damaged"):
        read_table(path)


def test_a_table_that_is_larger_than_is_held_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from predictor.cohort import spss_stata

    path = sav(tmp_path / "t.sav")
    whole = read_table(path)
    monkeypatch.setattr(spss_stata, "_CELLS", 20)
    (part,) = open_parts(path)
    sizes = [table.num_rows for table, _ in part.blocks.read(["id", "sex"])]
    assert sizes == [10, 10, 10, 0]
    assert read_table(path).equals(whole)
    monkeypatch.setattr(spss_stata, "MOST_CELLS", 100)
    with pytest.raises(DataError, match="larger than is read"):
        read_table(path)
