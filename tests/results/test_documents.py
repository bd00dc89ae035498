"""Results become JSON and come back; their keys are what scripts rely on."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from predictor.errors import PredictorError
from predictor.results import (
    CheckResult,
    Columns,
    CombinedValidations,
    ComparableTraining,
    DecisionCurve,
    DeliveredMonitoring,
    DeliveredTraining,
    DeliveredUpdate,
    DeliveredValidation,
    Description,
    EnteredModels,
    ExportedModel,
    Histogram,
    LearnerResult,
    PromotedModel,
    Result,
    ScoredFile,
    ScoresManifest,
    SentTraining,
    SharedValidation,
    StarterStudy,
    StudyPlan,
    SyntheticCohort,
    TidiedStudy,
    TrainingResult,
    TrainingsOfStudy,
    Transition,
    Verification,
    WrittenPage,
    read_training,
)

DOCUMENTS = (
    DeliveredTraining, DeliveredValidation, CheckResult, Description, EnteredModels,
    ScoredFile, WrittenPage, SentTraining, PromotedModel, StarterStudy, SyntheticCohort,
    Verification, TrainingsOfStudy, ComparableTraining, TidiedStudy, StudyPlan, DeliveredUpdate,
    CombinedValidations, SharedValidation, DeliveredMonitoring, ExportedModel,
    ScoresManifest,
)  # fmt: skip
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=8)


def of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of an annotation, whatever it is made of."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return of(parts[0])
    if origin in (Union, types.UnionType):
        return st.one_of(*map(of, parts))
    if origin is Literal:
        return st.sampled_from(parts)
    if origin is tuple and parts[-1] is Ellipsis:
        return st.lists(of(parts[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, parts))
    if origin is Mapping:
        return st.dictionaries(of(parts[0]), of(parts[1]), max_size=2)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return a_result(kind)
    simple = {
        str: TEXTS, int: st.integers(-5, 2**40), float: NUMBERS, bool: st.booleans(),
        type(None): st.none(),
    }  # fmt: skip
    return simple[kind]


def a_result(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Results of a type, with whatever its fields allow."""
    fields = {
        field.alias or name: of(field.annotation) for name, field in kind.model_fields.items()
    }
    if issubclass(kind, Columns):
        return st.integers(0, 3).flatmap(lambda length: _curve(kind, length))
    if kind is Histogram:
        counts = st.tuples(st.integers(0, 9), st.integers(0, 9))
        return st.builds(Histogram, edges=st.tuples(*[NUMBERS] * 3), events=counts, others=counts)
    if issubclass(kind, TrainingResult):
        learner = of(_learner_of(kind))
        fields["learners"] = st.fixed_dictionaries({"ridge": learner})
        fields |= {"champion": st.just("ridge"), "subject": st.sampled_from(["ridge", None])}
    return st.fixed_dictionaries(fields).map(kind.model_validate)


def _curve(kind: type[Any], length: int) -> st.SearchStrategy[Any]:
    """Curves of so many points."""
    fields = {
        name: st.tuples(*[of(get_args(field.annotation)[0])] * length)
        if get_origin(field.annotation) is tuple
        else of(field.annotation)
        for name, field in kind.model_fields.items()
    }
    return st.fixed_dictionaries(fields).map(kind.model_validate)


def _learner_of(kind: type[BaseModel]) -> Any:
    return get_args(kind.model_fields["learners"].annotation)[1]


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_a_result_is_the_same_again_out_of_json(kind) -> None:
    @settings(max_examples=25, deadline=None)
    @given(a_result(kind))
    def holds(result: Result) -> None:
        text = json.dumps(result.to_json(), allow_nan=False)
        again = kind.from_json(json.loads(text))
        assert again == result
        assert json.dumps(again.to_json()) == text

    holds()


@pytest.mark.parametrize("kind", DOCUMENTS, ids=lambda kind: kind.__name__)
def test_keys_and_types_are_those_that_scripts_rely_on(kind) -> None:
    """Another schema is another format: raise FORMAT, keep a reader, write the file anew."""
    file = Path(__file__).with_name(f"{kind.__name__}.json")
    schema = kind.model_json_schema(mode="serialization")
    assert _keys(schema) == json.loads(file.read_text(encoding="utf-8"))


def _keys(schema: Any) -> Any:
    """A schema without its texts."""
    if isinstance(schema, dict):
        return {
            key: _keys(value)
            for key, value in schema.items()
            if not (key in ("title", "description", "default") and not isinstance(value, dict))
        }
    return [_keys(each) for each in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "format"),
        ({"champion": "nobody"}, "its champion is no learner"),
        ({"subject": "nobody"}, "its subject is no learner"),
        ({"unknown": 1}, "unknown"),
        ({"seed": "QZSECRET"}, "seed"),
    ],
)
def test_another_document_is_refused_without_its_values(trained, change, message) -> None:
    path = trained.study.folder / "reports/small/latest/report.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(ValidationError, match=message) as caught:
        TrainingResult.from_json(document | change)
    assert "QZSECRET" not in str(caught.value)


def test_a_document_has_one_name_for_each_value() -> None:
    move = Transition(start="T1", end="T2", kept=6, lost="<5", gained=0, neither=9, unknown=0)
    document = move.to_json()
    assert (document["from"], document["to"]) == ("T1", "T2")
    assert Transition.from_json(document) == move
    with pytest.raises(ValidationError, match="start"):
        Transition.from_json(document | {"start": "T1"})


def test_rows_of_a_curve_are_equally_long(trained) -> None:
    curve = trained.result.learners["ridge"].decision_curve.to_json()
    with pytest.raises(ValueError, match="not equally long"):
        DecisionCurve.from_json(curve | {"low": [0.1]})


def test_a_histogram_has_a_count_per_bin() -> None:
    with pytest.raises(ValueError, match="as many counts as bins"):
        Histogram(edges=(0.0, 1.0), events=(1, 2), others=(1,))


def test_nothing_of_a_result_can_be_changed(trained) -> None:
    result = trained.result
    with pytest.raises(ValidationError, match="frozen"):
        result.seed = 6
    with pytest.raises(TypeError):
        result.learners["ridge"] = result.learners["prevalence"]


def test_frames_have_a_row_per_measure_and_per_point(trained) -> None:
    frame = trained.result.to_frame()
    row = frame[(frame["learner"] == "ridge") & (frame["measure"] == "auroc")].iloc[0]
    found = trained.result.learners["ridge"].metrics["auroc"]
    assert (row["estimate"], row["low"], row["apparent"]) == (
        found.estimate, found.low, found.apparent,
    )  # fmt: skip
    assert len(frame) == sum(len(each.metrics) for each in trained.result.learners.values())
    curve = trained.result.learners["ridge"].decision_curve.to_frame()
    assert list(curve) == ["threshold", "net_benefit", "low", "high", "standardised"]
    assert len(curve) == 99
    assert {str(kind) for kind in [*frame.dtypes[2:], *curve.dtypes]} == {"float64"}
    assert pd.isna(frame["estimate"]).any()


def test_learners_that_learn_are_those_with_parameters(trained) -> None:
    assert set(trained.result.learning) == {"pain only", "logistic", "ridge", "lightgbm"}


def test_what_was_written_is_what_was_found(trained) -> None:
    read = read_training(trained.study.folder / "reports/small/latest/report.json")
    found = trained.result.to_json()
    assert all(found[key] == value for key, value in read.to_json().items() if key != "learners")
    for name, learner in read.learners.items():
        same = trained.result.learners[name].model_dump(exclude={"model", "run_id"})
        assert LearnerResult.model_validate(same) == learner


def test_a_report_that_is_none_is_refused_with_a_way_out(tmp_path) -> None:
    (tmp_path / "report.json").write_text('{"study": "x"}')
    with pytest.raises(PredictorError, match="train again"):
        read_training(tmp_path / "report.json")
