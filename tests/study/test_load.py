"""Study files that are wrong: the error names the file and the key, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from predictor.errors import StudyError
from predictor.study import load_study, parse_study

Write = Callable[..., Path]


def refusal(path: Path) -> str:
    with pytest.raises(StudyError) as caught:
        load_study(path)
    return str(caught.value)


UNKNOWN_KEYS = {
    "top level": (("predict_at: T0", "predict_at: T0\nsed: 1"), "sed", "seed"),
    "column": (("type: category, levels", "type: category, level"), "columns.sex.level", "levels"),
    "outcome": (("rule: nrs_t0", "rul: nrs_t0"), "outcome.rul", "rule"),
}


@pytest.mark.parametrize(("change", "key", "suggestion"), UNKNOWN_KEYS.values(), ids=UNKNOWN_KEYS)
def test_an_unknown_key_is_named_with_the_one_that_was_meant(
    write_study: Write, change: tuple[str, str], key: str, suggestion: str
) -> None:
    path = write_study(change)
    assert f"{path}: {key}: unknown key; did you mean '{suggestion}'?" in refusal(path)


@pytest.mark.parametrize(
    ("more", "key", "suggestion"),
    [
        ("learners: {quick: {lerner: ridge}}", "learners.quick.lerner", "learner"),
        ("validation: {thresholdz: [0.5]}", "validation.thresholdz", "thresholds"),
        (
            "validation: {cross_validation: {fold: 3}}",
            "validation.cross_validation.fold",
            "folds",
        ),
        ("validation: {interval: {repeat: 3}}", "validation.interval.repeat", "repeats"),
        (
            "validation: {bootstrap: {replicate: 30}}",
            "validation.bootstrap.replicate",
            "replicates",
        ),
    ],
)
def test_an_unknown_key_is_named_in_every_section(
    write_study: Write, more: str, key: str, suggestion: str
) -> None:
    path = write_study(more=more)
    assert refusal(path) == f"{path}: {key}: unknown key; did you mean '{suggestion}'?"


def test_an_unknown_key_like_no_other_is_answered_with_all_that_are_allowed(
    write_study: Write,
) -> None:
    message = refusal(write_study(more="zzz: 1"))
    assert "zzz: unknown key; allowed are study, title, timepoints" in message


def test_two_unknown_keys_are_named_at_once(write_study: Write) -> None:
    message = refusal(write_study(more="sed: 1\nleaners: {}"))
    assert "sed: unknown key" in message
    assert "leaners: unknown key" in message


def test_the_place_of_the_file_is_not_a_key(write_study: Write) -> None:
    assert "file: unknown key" in refusal(write_study(more="file: elsewhere.yaml"))


def test_the_name_of_a_learner_is_its_key(write_study: Write) -> None:
    path = write_study(more="learners: {ridge: {name: other}}")
    assert f"{path}: learners.ridge.name: unknown key" in refusal(path)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("study: example\n", ""), "study"),
        (("predict_at: T0\n", ""), "predict_at"),
        (("timepoints: {T0: before, T1: during, T2: after}\n", ""), "timepoints"),
        ((", rule: nrs_t0 - nrs_t2 >= 2", ""), "outcome.rule"),
        (("name: responder, ", ""), "outcome.name"),
    ],
)
def test_a_missing_key_is_named(write_study: Write, change: tuple[str, str], key: str) -> None:
    path = write_study(change)
    assert refusal(path) == f"{path}: {key}: this key is missing"


@pytest.mark.parametrize(
    ("change", "key", "problem"),
    [
        ((", type: number, unit: years", ""), "columns.age", "type is missing"),
        (
            ("{known_at: T0, type: number, unit", "{type: number, unit"),
            "columns.age",
            "known_at is",
        ),
        (("[female, male]", "[]"), "columns.sex", "a category needs levels"),
        (("[female, male]", "female"), "columns.sex.levels", "expected a list"),
        (("[female, male]", "[female, female]"), "columns.sex", "a level is listed twice"),
        (("[female, male]", "[female, '']"), "columns.sex", "a level is empty"),
        (("[female, male]", "[female, ' male']"), "columns.sex", "blanks around it"),
        (("[female, male]", "[female, null]"), "columns.sex.levels.1", "expected text"),
        (("range: [18, 100]", "levels: [a]"), "columns.age", "levels belong to a category"),
        (("range: [18, 100]", "range: [100, 18]"), "columns.age", "lowest first"),
        (("range: [18, 100]", "range: [.nan, 18]"), "columns.age", "lowest first"),
        (("range: [18, 100]", "range: [18]"), "columns.age.range.1", "missing"),
        (("range: [18, 100]", "range: 18-100"), "columns.age.range", "expected a list"),
        (("range: [18, 100]", "range: ['18', 100]"), "columns.age.range.0", "valid number"),
        (("range: [18, 100]", "required: perhaps"), "columns.age.required", "boolean"),
        (("levels: [female, male]", "range: [0, 1]"), "columns.sex", "category needs levels"),
        (("type: number, unit", "type: numeric, unit"), "columns.age.type", "'number', 'integer'"),
        (("{role: id}", "{role: patient}"), "columns.patient_id.role", "'value', 'id'"),
        (("{role: id}", "identifier"), "columns.patient_id", "expected settings in braces"),
        (("study: example", "study: 12"), "study", "expected text"),
        (("study: example", "study: ../up"), "study", "pattern"),
        (("{T0: before, T1: during, T2: after}", "[T0, T2]"), "timepoints", "expected a mapping"),
        (("T0: before", "T0: 3"), "timepoints.T0", "expected text"),
        (("rule: nrs_t0 - nrs_t2 >= 2", "rule: 3"), "outcome.rule", "expected text"),
        (("rule: nrs_t0 - nrs_t2 >= 2", "rule: ''"), "outcome.rule", "at least 1 character"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(
    write_study: Write, change: tuple[str, str], key: str, problem: str
) -> None:
    path = write_study(change)
    message = refusal(path)
    assert message.startswith(f"{path}: {key}: ")
    assert problem in message


@pytest.mark.parametrize(
    ("more", "key", "problem"),
    [
        ("seed: x", "seed", "valid integer"),
        ("seed: true", "seed", "valid integer"),
        ("seed: '5'", "seed", "valid integer"),
        ("seed: 1.5", "seed", "valid integer"),
        ("seed: -1", "seed", "greater than or equal to 0"),
        ("missing: NA", "missing", "expected a list"),
        ("eligible: age > 40", "eligible", "expected a mapping"),
        ("eligible: {old: 40}", "eligible.old", "expected text"),
        ("covariates: 3", "covariates", "name of a .sql file"),
        ("covariates: {file: a, sql: b}", "covariates", "name of a .sql file"),
        ("learners: [ridge]", "learners", "expected a mapping"),
        ("learners: {}", "learners", "at least 1"),
        ("learners: {a: 3}", "learners.a", "expected settings in braces"),
        ("learners: {a: {covariates: []}}", "learners.a.covariates", "at least 1"),
        ("validation: {cross_validation: {folds: 1}}", "validation.cross_validation.folds", "2"),
        (
            "validation: {cross_validation: {folds: '5'}}",
            "validation.cross_validation.folds",
            "int",
        ),
        ("validation: {bootstrap: {replicates: 3}}", "validation.bootstrap.replicates", "20"),
        ("validation: {thresholds: [1.0]}", "validation.thresholds.0", "less than 1"),
        ("validation: [0.5]", "validation", "expected a mapping"),
    ],
)
def test_a_wrong_choice_is_named_by_its_key(
    write_study: Write, more: str, key: str, problem: str
) -> None:
    path = write_study(more=more)
    message = refusal(path)
    assert message.startswith(f"{path}: {key}: ")
    assert problem in message
    assert "\n" not in message, "one mistake is one fault"


@pytest.mark.parametrize(
    ("changes", "key", "problem"),
    [
        ([("predict_at: T0", "predict_at: T2")], "outcome.known_at", "nothing left to predict"),
        ([("known_at: T2, rule", "known_at: T0, rule")], "outcome.known_at", "nothing left"),
        ([("known_at: T2, rule", "known_at: T9, rule")], "outcome.known_at", "not a time point"),
        ([("predict_at: T0", "predict_at: T9")], "predict_at", "not a time point (T0, T1, T2)"),
        ([("T0, type: category", "T7, type: category")], "columns.sex.known_at", "not a time"),
        ([("  sex:", "  AGE:")], "columns.AGE", "upper and lower case"),
        ([("{role: id}", "{known_at: T0, type: text}")], "columns", "none has role: id"),
    ],
)
def test_a_contradiction_is_named_by_its_key(
    write_study: Write, changes: list[tuple[str, str]], key: str, problem: str
) -> None:
    path = write_study(*changes)
    message = refusal(path)
    assert message.startswith(f"{path}: {key}: ")
    assert problem in message


def test_two_clusters_are_refused(write_study: Write) -> None:
    path = write_study(
        (
            "  age:",
            "  ward: {role: cluster, known_at: T0}\n  site: {role: cluster, known_at: T0}\n  age:",
        )
    )
    assert f"{path}: columns: ward and site both have role: cluster or centre" in refusal(path)


def test_learners_whose_folders_would_be_the_same_are_refused(write_study: Write) -> None:
    path = write_study(more="learners: {pain only: {}, pain_only: {}}")
    assert f"{path}: learners.pain only: the name is empty or used twice" in refusal(path)


def test_replicates_and_a_file_of_resamples_exclude_each_other(write_study: Write) -> None:
    path = write_study(more="validation: {bootstrap: {replicates: 50, resamples: r.csv}}")
    assert f"{path}: validation.bootstrap: give replicates or a file" in refusal(path)


@pytest.mark.parametrize(
    ("more", "line", "problem"),
    [
        ("seed: 1\nseed: 2\n", 12, "the key 'seed' is given twice"),
        ("eligible: {a: age > 1, a: age > 2}\n", 11, "the key 'a' is given twice"),
        ("a: b: c\n", 11, "mapping values are not allowed here"),
        ("\tseed: 1\n", 11, "cannot start any token"),
        ("? [a, b]\n: c\n", 11, "a key must be text"),
        ("{a: b}: c\n", 11, "not valid YAML"),
        ("title: \x01\n", 11, "special characters are not allowed"),
        ("---\nseed: 1\n", 11, "another document"),
        ('eligible: {a: "pain at rest" > 2}\n', 11, "write a rule that begins with one in the"),
        ('eligible:\n  a: "pain at rest" > 2\n', 12, """like '"pain at rest" > 2'"""),
    ],
)
def test_bad_yaml_is_refused_with_its_line(
    write_study: Write, more: str, line: int, problem: str
) -> None:
    path = write_study(more=more)
    message = refusal(path)
    assert message.startswith(f"{path}, line {line}: not valid YAML: ")
    assert problem in message


def test_a_column_declared_twice_is_refused(write_study: Write) -> None:
    path = write_study(("  sex:", "  age: {known_at: T0, type: number}\n  sex:"))
    assert f"{path}, line 7: not valid YAML: the key 'age' is given twice" in refusal(path)


@pytest.mark.parametrize("text", ["", "- a\n", "study\n"])
def test_a_file_that_is_no_mapping_is_refused(write_study: Write, text: str) -> None:
    path = write_study(text=text)
    assert refusal(path).startswith(f"{path}: expected a mapping of keys")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes("title: Müller".encode("latin-1"))
    assert refusal(path) == f"{path}: is not UTF-8 text; save it as UTF-8"


def test_a_byte_order_mark_changes_nothing(write_study: Write) -> None:
    path = write_study()
    plain = load_study(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_study(path) == plain


def test_a_study_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "no.yaml") == f"{tmp_path / 'no.yaml'}: there is no such file"


def test_a_folder_in_place_of_a_study_file_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith(f"{tmp_path}: cannot be read")


def test_a_missing_pipeline_is_named_with_the_file_that_asks_for_it(write_study: Write) -> None:
    path = write_study(more="covariates: none.sql")
    assert refusal(path) == f"{path}: covariates: {path.parent / 'none.sql'}: there is no such file"


def test_the_pipeline_is_found_beside_the_study_file(
    write_study: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write_study(more="covariates: sql/base.sql")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "base.sql").write_text("SELECT patient_id, age FROM cohort")
    monkeypatch.chdir(tmp_path.parent)
    pipeline = load_study(path).covariates
    assert pipeline is not None
    assert (pipeline.file, pipeline.sql) == ("sql/base.sql", "SELECT patient_id, age FROM cohort")


def test_a_byte_order_mark_of_the_pipeline_is_not_part_of_the_query(
    write_study: Write, tmp_path: Path
) -> None:
    (tmp_path / "base.sql").write_bytes(b"\xef\xbb\xbfSELECT 1")
    pipeline = load_study(write_study(more="covariates: base.sql")).covariates
    assert pipeline is not None
    assert pipeline.sql == "SELECT 1"


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("[no, yes]", ("no", "yes")),
        ("[No, Yes]", ("No", "Yes")),
        ("[on, off, y, n]", ("on", "off", "y", "n")),
        ("[2020-01-31, 2021-02-28]", ("2020-01-31", "2021-02-28")),
        ("[01, 02]", ("01", "02")),
        ("[1:20, 1_000]", ("1:20", "1_000")),
        ("[0x1F, 0o7]", ("0x1F", "0o7")),
        ("[1, 2, -1]", ("1", "2", "-1")),
        ("[true, false]", ("true", "false")),
        ("['1.10', '~']", ("1.10", "~")),
    ],
)
def test_a_level_is_the_text_that_was_written(
    write_study: Write, written: str, levels: tuple[str, ...]
) -> None:
    study = load_study(write_study(("[female, male]", written)))
    assert study.column("sex").levels == levels


def test_numbers_may_be_written_with_an_exponent(write_study: Write) -> None:
    assert load_study(write_study(("[18, 100]", "[1e-1, 1e2]"))).column("age").range == (0.1, 100.0)


def test_a_column_is_found_whatever_the_case_of_its_letters(write_study: Write) -> None:
    study = load_study(write_study())
    assert study.column("AGE").name == "age"
    with pytest.raises(KeyError):
        study.column("height")


def test_a_study_from_text_names_the_file_it_is_told(study_text: str) -> None:
    with pytest.raises(StudyError, match=r"^model/study\.yaml: sed: unknown key"):
        parse_study(study_text + "sed: 1", file="model/study.yaml", pipeline=None)
