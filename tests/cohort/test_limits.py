"""SQL that never ends, or wants all the memory there is, is refused within seconds."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import Cohort, covariates
from predictor.cohort.limits import CostError, Limits, limited, named
from predictor.cohort.sandbox import Sandbox
from predictor.errors import StudyError
from predictor.study import Study

# too much work or memory for one value
EXPRESSIONS = {
    "list": "len(range(1000000000))",
    "list of a column": "len(range((age * 1e8)::BIGINT))",
    "series": "len(generate_series(1, 100000000000))",
    "text": "length(repeat('x', 3000000000))",
    "text beyond any": "length(repeat('x', 10000000000))",
    "text of a column": "length(repeat(note || 'xxxxxxxx', 400000000))",
    "padded": "length(lpad('x', 2000000000, 'y'))",
    "format": "length(format('{:2000000000d}', 1))",
    "printf": "length(printf('%2000000000d', 1))",
    "resized": "len(list_resize([1], 3000000000))",
    "repeated list": "len(repeat([1, 2, 3], 1000000000))",
    "lambda": "list_sum(list_transform(range(200000000), lambda v: v + 1))",
    "sorted": "list_sort(range(200000000))[1]",
    "rows": "(SELECT sum(i * i % 7) FROM range(100000000000) r(i))",
    "rows of a column": "(SELECT sum(i * i % 7) FROM range((age * 1e10)::BIGINT) r(i))",
    "cross join": "(SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE i * j < 0)",
    "distinct": "(SELECT count(DISTINCT hash(i)) FROM range(100000000000) r(i))",
    "aggregate": "(SELECT length(string_agg(repeat('x', 100000), '')) FROM range(1000000))",
    "gathered": "(SELECT len(list(i)) FROM range(100000000000) r(i))",
    "unnested": "(SELECT max(v) FROM unnest(range(1000000000)) u(v))",
    "distance of a column": "levenshtein(repeat(note || 'a', 300000), repeat('b', 300000))",
}
POSITIONS = {
    "value": "SELECT pid, ({0})::DOUBLE AS x FROM cohort",
    "condition": "SELECT pid, age FROM cohort WHERE ({0})::DOUBLE > age",
    "case": "SELECT pid, CASE WHEN age IS NOT NULL THEN ({0})::DOUBLE END AS x FROM cohort",
    "inner query": "WITH c AS (SELECT pid, ({0})::DOUBLE AS x FROM cohort) SELECT pid, x FROM c",
    "order": "SELECT pid, age FROM cohort ORDER BY ({0})",
}
TEXTS = {
    "recursion": "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) "
                 "SELECT pid, (SELECT max(i) FROM t) AS x FROM cohort",
    "recursion of texts": "WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) "
                          "SELECT pid, (SELECT max(length(s)) FROM t) AS x FROM cohort",
    "recursion of rows": "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i FROM t, range(9)) "
                         "SELECT pid, (SELECT count(*) FROM t) AS x FROM cohort",
    "recursion of patients": "WITH RECURSIVE t AS (SELECT pid, age FROM cohort UNION ALL "
                             "SELECT pid, age + 1 FROM t) "
                             "SELECT pid, max(age) AS x FROM t GROUP BY pid",
    "window": "SELECT pid, (SELECT max(s) FROM (SELECT sum(i) OVER (ORDER BY hash(i)) AS s "
              "FROM range(1000000000) r(i))) AS x FROM cohort",
    "more rows than patients": "SELECT pid, i AS x FROM cohort, range(100000000000) r(i)",
    "patients with themselves": "SELECT a.pid, 1 AS x FROM cohort a, cohort b, cohort c, cohort d, "
                                "cohort e, cohort f, cohort g, cohort h",
    "number of rows": "SELECT pid, age FROM cohort LIMIT len(range(1000000000))",
    "arguments": "SELECT pid, i AS x FROM cohort, range(len(range(1000000000))) r(i)",
}  # fmt: skip

# in a process of their own, which would be ended before it could harm the machine
_SCRIPT = """
import json, resource, sys, time
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
import pyarrow as pa
from predictor.cohort import Cohort, covariates, limits
from predictor.errors import DataError, StudyError
from predictor.study import parse_study
limits._SECONDS = 0.5  # and nothing else is changed
limits.Limits.__init__.__defaults__ = (0.5, limits._BYTES)
study, cells, texts = json.load(sys.stdin)
for name, sql in texts.items():
    read = parse_study(study, file="study.yaml", pipeline=sql)
    cohort, faults = Cohort.check(pa.table(cells), read, read.known())
    assert not faults, faults
    start = time.monotonic()
    try:
        covariates(cohort)
        said = "accepted"
    except (DataError, StudyError) as error:
        said = str(error)
    print(json.dumps([name, said, time.monotonic() - start]), flush=True)
print(json.dumps(["memory", "", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""
STUDY = """\
study: hostile
timepoints: {T0: before, T2: after}
predict_at: T0
columns:
  pid: {role: id}
  age: {known_at: T0, type: number}
  note: {known_at: T0, type: text}
  pain: {known_at: T2, type: number}
outcome: {name: better, known_at: T2, rule: pain > 1}
covariates: covariates.sql
learners: {ridge: {}}
seed: 1
"""


def written(what: str) -> dict[str, str]:
    """Queries of one kind, by name."""
    if what == "whole queries":
        return TEXTS
    # one call of a function that takes minutes cannot be stopped: one of them is enough
    positions = ["value"] if what.startswith("distance") else list(POSITIONS)
    return {place: POSITIONS[place].format(EXPRESSIONS[what]) for place in positions}


KINDS = ["whole queries", *EXPRESSIONS]
# what is left running in a process takes no time from the next query
GROUPS = [[kind for kind in KINDS if "distance" not in kind][part::3] for part in range(3)]
GROUPS += [[kind for kind in KINDS if "distance" in kind]]


def test_there_are_a_hundred_hostile_queries() -> None:
    assert sorted(kind for group in GROUPS for kind in group) == sorted(KINDS)
    assert sum(len(written(kind)) for kind in KINDS) > 100


@pytest.mark.slow
@pytest.mark.parametrize("kinds", GROUPS, ids=", ".join)
def test_hostile_queries_are_refused_within_seconds(kinds) -> None:
    texts = {f"{kind}: {name}": sql for kind in kinds for name, sql in written(kind).items()}
    cells = {"pid": [f"p{n}" for n in range(30)], "age": ["50"] * 30, "note": ["seen"] * 30,
             "pain": ["1"] * 30}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        input=json.dumps([STUDY, cells, texts]),
        capture_output=True,
        text=True,
        check=False,
    )
    *found, (_, _, megabytes) = map(json.loads, done.stdout.splitlines())
    assert [name for name, _, _ in found] == list(texts), done.stderr
    assert [(name, said) for name, said, _ in found if "covariates.sql" not in said] == []
    assert max(seconds for _, _, seconds in found) < 30
    assert megabytes < 3000


def test_the_time_is_limited_and_the_limit_is_named() -> None:
    start = time.monotonic()
    with Sandbox((), Limits(seconds=0.3)) as sandbox, pytest.raises(CostError) as caught:
        sandbox.query("WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) FROM t")
    assert "takes longer than the 0 seconds" in str(caught.value)
    assert time.monotonic() - start < 10


def test_no_memory_for_another_thread_is_a_limit_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Sandbox(()) as sandbox:
        monkeypatch.setattr(threading.Thread, "start", start)
        with pytest.raises(CostError, match=r"takes more than the 1\.0 GiB of memory"):
            sandbox.query("SELECT 1")


def test_all_that_one_query_is_asked_has_a_limit_too() -> None:
    """A query just within the time, repeated for parts of the patients, would take minutes."""
    limits, asked = Limits(seconds=2), []

    def ask(sandbox: Sandbox) -> None:
        while len(asked) < 500:
            asked.append(sandbox.query("SELECT sum(hash(i)) FROM range(9000000) r(i)"))

    start = time.monotonic()
    with Sandbox((), limits) as sandbox, pytest.raises(CostError, match="or than 12 with all"):
        ask(sandbox)
    assert asked
    assert limits.together <= time.monotonic() - start < 2 * limits.together


def test_the_memory_is_limited_and_the_limit_is_named() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    with Sandbox((), Limits(60, 1 << 29)) as sandbox:
        with pytest.raises(CostError, match=r"more than the 0\.5 GiB of memory"):
            sandbox.query("SELECT len(range(200000000))")
        # and the database is as good as before
        assert sandbox.query("SELECT len(range(2000)) AS n")["n"].to_pylist() == [2000]
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_tables_inside_the_database_count_as_memory() -> None:
    with Sandbox((), Limits(60, 1 << 28)) as sandbox, pytest.raises(CostError, match="memory"):
        sandbox.query(
            "SELECT count(DISTINCT hash(i) || 'a text for each') FROM range(9000000) r(i)"
        )


def test_what_cannot_be_stopped_is_left_behind() -> None:
    """One call of a function is not interrupted; the caller goes on all the same."""
    free = threading.Event()
    start = time.monotonic()
    with pytest.raises(CostError):
        limited(lambda: free.wait(60), lambda: None, Limits(seconds=0.1))
    assert time.monotonic() - start < 10
    free.set()


def test_an_error_of_the_work_is_that_of_the_caller() -> None:
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 // 0, lambda: None, Limits())


def test_the_file_or_key_of_a_costly_query_is_named() -> None:
    message = r"^covariates\.sql: takes longer than the 2 seconds"
    with pytest.raises(StudyError, match=message), named("covariates.sql"):
        raise Limits(seconds=2).too_long


def test_more_patients_get_more_time_and_memory() -> None:
    table = pa.table({"age": np.zeros(1_000_000)})
    limits = Limits.for_table(table)
    assert limits.seconds == 110
    assert limits.bytes == (1 << 30) + 8 * table.nbytes


def test_an_honest_query_over_very_many_patients_is_within_the_limits(
    make_study: Callable[..., Study], make_cohort: Callable[..., Cohort]
) -> None:
    study = make_study(
        "WITH c AS (SELECT *, date_diff('day', onset, start) / 30.4 AS months FROM cohort) "
        "SELECT pid, ln(1 + months) AS log_months, age, sex, note LIKE '%2' AS seen, "
        "(SELECT max(v) FROM unnest([age, nrs_t0]) u(v)) AS most FROM c"
    )
    n = 50_000
    cells = {"pid": [f"p{i}" for i in range(n)], "age": ["50"] * n, "sex": ["male"] * n,
             "note": ["visit 12"] * n, "onset": ["2020-01-01"] * n, "start": ["2020-03-01"] * n,
             "nrs_t0": ["8"] * n}  # fmt: skip
    assert len(covariates(make_cohort(study, **cells))) == 5
