from __future__ import annotations

import subprocess
import sys

import pytest

from predictor.errors import ModelError, StudyError
from predictor.learners import make, names
from predictor.scorers import scorers_from_arrays


def test_learners_are_named_from_simple_to_complex():
    assert names() == (
        "prevalence",
        "expected",
        "logistic",
        "firth",
        "ridge",
        "elastic_net",
        "lightgbm",
    )


def test_make_passes_parameters_on():
    assert make("ridge", penalties=30).get_params()["penalties"] == 30


def test_unknown_learner_is_refused_with_those_that_exist():
    known = r"no learner 'rigde'.*prevalence, expected, .*or sklearn:<import path"
    with pytest.raises(StudyError, match=known):
        make("rigde")


def test_unknown_parameter_is_refused_with_those_that_exist():
    with pytest.raises(StudyError, match=r"no parameter 'alpha'.*penalties"):
        make("ridge", alpha=1)
    with pytest.raises(StudyError, match="its parameters are: none"):
        make("prevalence", alpha=1)


def test_unknown_kind_of_scorers_is_refused():
    with pytest.raises(ModelError, match="kind 'forest'"):
        scorers_from_arrays("forest", {})


def test_importing_learners_and_scoring_loads_nothing_heavy():
    program = (
        "import sys, predictor.scorers\n"
        "heavy = {'sklearn', 'lightgbm', 'pandas', 'scipy'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
