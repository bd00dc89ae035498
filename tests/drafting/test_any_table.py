"""Whatever a table holds, its draft can be read, and tells of no single patient."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from predictor.cohort.described import DescribedColumn
from predictor.cohort.read import read_csv_content
from predictor.drafting import Draft, draft
from predictor.errors import DataError
from predictor.study import asked, load_study

WORDS = ("yes", "no", "NA", "-", "-99", "999", "left", "right", "T0", "1.0", "0", "2021-03-04")
NAMES = (
    "id", "patient_id", "site", "age", "nrs_t0", "nrs_t2", "pain week 4", "pain", "visit", "<<",
    "null", "true", "a: b", "#1", "'", '"', "group", "select", "Größe", "0", "- x", "*a", "&b", "%",
    "probability", "to_confirm", "FILL_IN", "name", "x\ny", "{", "[1]", "?", "!t", "a, b", "~",
    "=", "+1", "@x",
)  # fmt: skip

names = st.one_of(st.sampled_from(NAMES), st.text(min_size=1, max_size=12))
cells = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-3, 120).map(str),
    st.floats(allow_nan=False).map(str),
    st.text(max_size=8),
    st.dates().map(str),
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    header = draw(st.lists(names, min_size=1, max_size=7, unique=True))
    few = draw(st.lists(cells, min_size=1, max_size=4))
    kinds = [draw(st.sampled_from(("few", "any", "number"))) for _ in header]
    rows = []
    for number in range(draw(st.integers(1, 25))):
        row = []
        for kind in kinds:
            if kind == "few":
                row.append(draw(st.sampled_from(few)))
            else:
                row.append(str(number) if kind == "number" else draw(cells))
        rows.append(row)
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([header, *rows])
    return content.getvalue().encode("utf-8", "surrogatepass")


def drafted(content: bytes) -> Draft:
    table = read_csv_content(content, "table.csv")
    columns = [DescribedColumn(name, table[name]) for name in table.column_names]
    return draft(columns, name="any", table="table.csv")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(tables())
def test_the_draft_of_any_table_can_be_read(tmp_path_factory, content: bytes) -> None:
    try:
        found = drafted(content)
    except DataError:
        assume(False)
    folder: Path = tmp_path_factory.mktemp("draft")
    (folder / "study.yaml").write_text(found.study, "utf-8")
    (folder / "covariates.sql").write_text(found.pipeline or "", "utf-8")

    study = load_study(folder / "study.yaml", draft=True)

    assert "outcome.rule: to be filled in" in asked(study)
    table = read_csv_content(content, "table.csv")
    new = {"patient_number"} - set(table.column_names)
    assert {column.name for column in study.columns} - new <= set(table.column_names)
