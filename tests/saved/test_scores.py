from __future__ import annotations

from importlib import import_module

import numpy as np
import pyarrow as pa
import pytest

from predictor.cohort import covariates, design, read_frame, read_table
from predictor.cohort.cohort import Cohort
from predictor.errors import DataError
from predictor.learners import make
from predictor.saved import SavedModel, Spread, Usual, read_model, score
from predictor.saved.scores import SAID
from predictor.scorers.arrays import LARGEST
from predictor.study.columns_of_scores import COLUMNS_OF_SCORES, CONTRIBUTION
from predictor.workflows import make_plan, prepare
from predictor.workflows.learner import make_learner

LEARNERS = ["prevalence", "pain only", "logistic", "ridge", "lightgbm"]

NEW = {
    "patient_id": "N1", "course": "1", "pain_t0": "7.25", "age_years": "44.5", "sex": "male",
    "limb": "lower", "allodynia": "no", "note": "anything",
}  # fmt: skip


def table(*rows: dict[str, str | None]) -> pa.Table:
    """Patients like NEW with some cells changed, as text cells."""
    filled = [{**NEW, "patient_id": f"N{number}", **row} for number, row in enumerate(rows)]
    return pa.table({name: [row[name] for row in filled] for name in filled[0]})


@pytest.fixture(scope="module")
def ridge(trained):
    return read_model(trained.directory("ridge"))


@pytest.fixture(scope="module")
def raw(trained) -> pa.Table:
    """All patients of the training table who are eligible, as if they were new."""
    return read_table(trained.study.data).filter(
        pa.compute.equal(read_table(trained.study.data)["course"], "1")
    )


@pytest.mark.parametrize("learner", LEARNERS)
def test_a_patient_alone_gets_the_probability_of_the_batch(trained, raw, learner) -> None:
    model = read_model(trained.directory(learner))
    batch = score(model, raw)
    for row in (0, 7, len(raw) - 1):
        alone = score(model, raw.slice(row, 1))
        for name in ("probability", "low", "high"):
            one, all_ = getattr(alone, name)[0], getattr(batch, name)[row]
            np.testing.assert_allclose(one, all_, rtol=0, atol=1e-12)


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_directory_gives_the_probability_of_the_training_process(trained, raw, learner) -> None:
    model = trained.models[learner]
    cohort, faults = Cohort.check(raw, model.study, model.study.known())
    assert not faults
    matrix = design(covariates(cohort)).select([c.name for c in model.covariates])
    expected = model.model.probability(matrix.X)[0]
    found = score(read_model(trained.directory(learner)), raw).probability
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("learner", LEARNERS)
def test_the_order_of_rows_and_columns_and_further_columns_change_nothing(
    trained, raw, learner
) -> None:
    model = read_model(trained.directory(learner))
    expected = score(model, raw)
    turned = np.arange(len(raw))[::-1]
    other = raw.take(pa.array(turned)).select(raw.column_names[::-1])
    other = other.append_column("shoe_size", pa.array(["big"] * len(other)))
    found = score(model, other)
    np.testing.assert_allclose(found.probability, expected.probability[turned], rtol=0, atol=1e-12)


@pytest.mark.parametrize("learner", LEARNERS)
def test_low_and_high_are_near_the_percentiles_over_the_bootstrap_models(
    trained, raw, learner
) -> None:
    found = score(read_model(trained.directory(learner)), raw)
    assert (found.low <= found.high).all()
    prepared = prepare(trained.study.config, trained.study.data)
    spec = next(spec for spec in prepared.study.learners if spec.name == learner)
    matrix = prepared.matrix.select(spec.covariates)
    estimator = make_learner(spec, prepared.study, prepared.matrix)
    plan = make_plan(prepared)
    fits = estimator.fit_replicates(matrix.X, prepared.labelled.y, plan.bootstrap)
    cohort, _ = Cohort.check(raw, prepared.study, prepared.study.known())
    new = design(covariates(cohort)).select(spec.covariates)
    probability = fits.scorers.probability(new.X)
    probability = probability[~np.isnan(probability).any(axis=1)]
    low, high = np.percentile(probability, [2.5, 97.5], axis=0)
    # a normal distribution for 20 models, of which some of the logistic separate their sample
    near = 0.1 if learner == "logistic" else 0.08
    assert np.abs(found.low - low).mean() < near
    assert np.abs(found.high - high).mean() < near


@pytest.mark.parametrize("learner", LEARNERS)
def test_contributions_and_baseline_add_up_to_the_logit(trained, raw, learner) -> None:
    scores = score(read_model(trained.directory(learner)), raw).to_table().to_pandas()
    parts = scores.filter(like="contribution_").sum(axis=1) + scores["baseline"]
    logit = np.log(scores["probability"] / (1 - scores["probability"]))
    np.testing.assert_allclose(parts, logit, rtol=0, atol=1e-10)


def test_columns_are_those_of_the_contract(ridge, raw) -> None:
    assert score(ridge, raw).to_table().column_names == [
        "patient_id", "probability", "low", "high", "effective_sample_size", "flags", "baseline",
        "contribution_pain_t0", "contribution_log_age", "contribution_sex", "contribution_limb",
        "contribution_allodynia", "outcome", "predict_at", "model",
    ]  # fmt: skip


def test_the_columns_of_scores_are_those_no_identifier_may_be_called(ridge, raw) -> None:
    table = score(ridge, raw, explain=True).to_table()
    names = [name for name in table.column_names if not name.startswith(CONTRIBUTION)]
    assert names == ["patient_id", *COLUMNS_OF_SCORES]


def test_every_row_says_what_it_is_the_probability_of(ridge, raw) -> None:
    (row, *others) = score(ridge, raw).to_table().select(SAID).to_pylist()
    assert row == {"outcome": "responder_t2", "predict_at": "T0", "model": "small/ridge"}
    assert all(other == row for other in others)


def test_only_columns_that_the_model_reads_are_needed(trained) -> None:
    model = read_model(trained.directory("ridge"))
    needed = table({}).select(
        ["patient_id", "course", "pain_t0", "age_years", "sex", "limb", "allodynia"]
    )
    assert score(model, needed).probability[0] > 0
    with pytest.raises(DataError, match="sex: the model needs this column"):
        score(model, needed.drop_columns(["sex"]))


def test_all_lacking_columns_are_named_at_once(ridge) -> None:
    with pytest.raises(DataError) as caught:
        score(ridge, table({}).select(["patient_id", "course"]))
    named = [fault.partition(":")[0] for fault in caught.value.faults]
    assert named == ["pain_t0", "age_years", "sex", "limb", "allodynia"]


def test_a_missing_covariate_is_flagged_and_scored(ridge) -> None:
    scores = score(ridge, table({"age_years": None, "sex": None}, {}))
    assert scores.flags == ("log_age missing (imputed); sex missing (imputed)", "")
    assert np.isfinite(scores.probability).all()


def test_an_unusual_number_is_flagged(ridge) -> None:
    assert score(ridge, table({"pain_t0": "0"})).flags == ("pain_t0 unlike the training patients",)


@pytest.mark.parametrize(("column", "level"), [("sex", "other"), ("limb", "both")])
def test_a_level_that_no_training_patient_had_is_flagged(ridge, column, level) -> None:
    told = f"{column}: a level that no training patient had"
    assert score(ridge, table({column: level})).flags == (told,)


def test_a_first_level_that_no_training_patient_had_is_flagged(make_study, patients, tmp_path):
    rows = [{**row, "limb": "both" if row["limb"] == "upper" else "lower"} for row in patients()]
    study = make_study(tmp_path, rows)
    prepared = prepare(study.config, study.data)
    matrix = design(covariates(prepared.labelled.labelled))
    learner = make("ridge").fit(matrix.X, prepared.labelled.y)
    model = SavedModel(
        prepared.study, "ridge", matrix.covariates, learner.scorers_,
        Spread.of(learner.scorers_, learner.scorers_, matrix), Usual.of(matrix), {}, {},
    )  # fmt: skip
    assert score(model, table({"limb": "upper"}, {"limb": "both"})).flags == (
        "limb unlike the training patients",
        "",
    )


def test_a_patient_who_is_not_eligible_is_not_scored(ridge) -> None:
    scores = score(ridge, table({"course": "2"}, {"course": None}, {}))
    reason = "not scored: not eligible (first course)"
    assert scores.flags == (reason, reason, "")
    assert np.isnan(scores.probability).tolist() == [True, True, False]
    assert np.isnan(scores.contributions[:2]).all()


def test_nobody_eligible_is_no_error(ridge) -> None:
    scores = score(ridge, table({"course": "2"}))
    assert np.isnan(scores.probability).all()
    assert scores.to_table().num_rows == 1


def test_courses_of_one_patient_are_told_apart_by_eligibility_as_in_training(ridge) -> None:
    same = {"patient_id": "N7"}
    scores = score(ridge, table({**same, "course": "2"}, {**same, "course": "1"}))
    assert np.isnan(scores.probability).tolist() == [True, False]
    with pytest.raises(DataError, match="rows 2, 3: the same patient more than once"):
        score(ridge, table(same, same))


def test_broken_rows_are_all_named_and_nobody_is_scored(ridge) -> None:
    broken = table({"pain_t0": "11"}, {"sex": "m"}, {"pain_t0": None}, {})
    with pytest.raises(DataError) as caught:
        score(ridge, broken)
    text = "\n".join(caught.value.faults)
    assert "pain_t0: row 2: outside 0 to 10" in text
    assert "pain_t0: row 4: a value is required" in text
    assert "sex: row 3: not one of the declared levels" in text


def test_lenient_scores_the_rest_and_writes_the_reasons(ridge) -> None:
    broken = table({"pain_t0": "11"}, {"sex": "m", "age_years": "x"}, {"pain_t0": None}, {})
    scores = score(ridge, broken, lenient=True)
    assert np.isnan(scores.probability).tolist() == [True, True, True, False]
    assert scores.flags[0].startswith("not scored: pain_t0 outside 0 to 10")
    assert "sex not one of the declared levels" in scores.flags[1]
    assert "age_years text where a number is expected" in scores.flags[1]
    assert scores.flags[2] == "not scored: pain_t0 a value is required"
    assert scores.flags[3] == ""
    whole = score(ridge, table({}, {}, {}, {}))
    assert scores.probability[3] == pytest.approx(whole.probability[3], abs=1e-12)


@pytest.mark.parametrize("dtype", ["str", "object", "string"])
def test_a_data_frame_gives_the_probability_of_the_file(trained, ridge, raw, dtype) -> None:
    frame = raw.to_pandas().astype(dtype)
    found = score(ridge, read_frame(frame))
    np.testing.assert_allclose(found.probability, score(ridge, raw).probability, rtol=0, atol=1e-12)


@pytest.mark.parametrize("missing", ["None", "nan", "NA", "NaT"])
def test_every_way_to_be_missing_in_a_data_frame_is_missing(ridge, missing) -> None:
    import pandas as pd

    nothing = {"None": None, "nan": float("nan"), "NA": pd.NA, "NaT": pd.NaT}[missing]
    frame = table({}, {}).to_pandas().astype(object)
    for column in ("age_years", "sex", "allodynia"):
        frame.loc[0, column] = nothing
    found = score(ridge, read_frame(frame))
    expected = score(ridge, table({"age_years": None, "sex": None, "allodynia": None}, {}))
    assert found.flags == expected.flags
    np.testing.assert_array_equal(found.probability, expected.probability)


def test_large_batches_are_scored_in_parts_that_do_not_show(ridge, monkeypatch) -> None:
    module = import_module("predictor.saved.spread")
    rows = table(*({"pain_t0": str(value / 10)} for value in range(45, 95)))
    whole = score(ridge, rows)
    monkeypatch.setattr(module, "_AT_ONCE", 7)
    parts = score(ridge, rows)
    np.testing.assert_allclose(parts.low, whole.low, rtol=0, atol=1e-15)
    np.testing.assert_allclose(parts.high, whole.high, rtol=0, atol=1e-15)


def test_the_range_of_the_largest_numbers_that_are_read_is_finite() -> None:
    X = np.array([[-LARGEST, LARGEST, np.nan]])
    wide = Spread(np.full(3, LARGEST), np.full(4, LARGEST), np.full((4, 4), LARGEST))
    with np.errstate(over="raise", invalid="raise"):
        low, high = wide.interval(np.array([-LARGEST]), X)
    assert 0 <= low[0] <= high[0] <= 1


def test_the_reason_names_the_column_whatever_its_name_holds(make_study, patients, tmp_path):
    name = "pain: rest"
    rows = patients()
    study = make_study(tmp_path, [{**row, name: row["pain_t0"]} for row in rows])
    study.change(
        ("  pain_t0:", f'  "{name}": {{known_at: T0, type: number, range: [0, 10]}}\n  pain_t0:')
    )
    study.change(("pain_t0, ", f'pain_t0, "{name}", '), file="covariates.sql")
    prepared = prepare(study.config, study.data)
    matrix = design(covariates(prepared.labelled.labelled))
    learner = make("ridge").fit(matrix.X, prepared.labelled.y)
    model = SavedModel(
        prepared.study, "ridge", matrix.covariates, learner.scorers_,
        Spread.of(learner.scorers_, learner.scorers_, matrix), Usual.of(matrix), {}, {},
    )  # fmt: skip
    raw = table({}, {}).append_column(name, pa.array(["11", "5"]))
    flags = score(model, raw, lenient=True).flags
    assert flags[0].startswith("not scored: pain: rest outside 0 to 10;")
    assert flags[1] == ""


def test_a_model_of_one_covariate_asks_only_for_what_feeds_it(trained) -> None:
    model = read_model(trained.directory("pain only"))
    few = table({}, {"pain_t0": "3"}).select(["patient_id", "course", "pain_t0"])
    everything = table({}, {"pain_t0": "3"})
    np.testing.assert_array_equal(
        score(model, few).probability, score(model, everything).probability
    )
    with pytest.raises(DataError, match="pain_t0: the model needs this column; the table has"):
        score(model, few.rename_columns(["patient_id", "course", "Pain T0"]))


def test_lenient_scores_rows_of_one_patient_each_by_itself(ridge) -> None:
    same = {"patient_id": "N7"}
    rows = [same, {}, {**same, "pain_t0": "3"}, {"pain_t0": "5"}, {**same, "age_years": None}]
    scores = score(ridge, table(*rows), lenient=True)
    for number, row in enumerate(rows):
        assert scores.probability[number] == score(ridge, table(row)).probability[0]
    again = "the same patient in another row"
    assert scores.flags == (again, "", again, "", f"log_age missing (imputed); {again}")


def test_lenient_gives_the_reason_of_a_blank_row(ridge) -> None:
    scores = score(ridge, table(dict.fromkeys(NEW), {}), lenient=True)
    assert scores.flags[0].startswith("not scored: a blank row inside the table")
    assert np.isnan(scores.probability).tolist() == [True, False]
