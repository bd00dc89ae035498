"""What is told of a long command while it runs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from predictor.cli.progress import steps
from predictor.study import ValidationSpec
from predictor.workflows.foretold import Foretold


def foretold(seconds: dict[str, float], **settings) -> Foretold:
    given = {
        "models": 1201, "at_once": 2, "patients": 60, "columns": 508,
        "validation": ValidationSpec(), "between": (0.2, 0.8),
    }  # fmt: skip
    return Foretold(seconds, **(given | settings))


def test_without_a_terminal_there_is_a_line_for_each_step_and_now_and_then(capfd) -> None:
    with steps(quiet=False, after=0.0, every=0.2) as tell:
        tell("reading", 0.0)
        tell("training ridge", 0.2)
        tell("training ridge", 0.3)
        time.sleep(0.7)  # nothing is heard of it
        tell("estimating", 0.8)
    out, err = capfd.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert all(re.fullmatch(r"0:0\d [a-z ]+", line) for line in lines), lines
    said = [line[5:] for line in lines]
    assert list(dict.fromkeys(said)) == ["reading", "training ridge", "estimating"]
    assert 2 <= said.count("training ridge") <= 5
    assert (said.count("reading"), said.count("estimating")) == (1, 1)


def test_nothing_is_said_of_what_is_short_or_to_be_quiet(capfd) -> None:
    with steps(quiet=False) as tell:
        tell("reading", 0.0)
        tell.foretold(foretold({"ridge": 5.0}))
        tell("training ridge", 0.2)
    with steps(quiet=True, after=0.0, every=0.01) as tell:
        tell("reading", 0.0)
        tell.foretold(foretold({"ridge": 500.0}))
        tell("training ridge", 0.2)
        time.sleep(0.05)
    assert capfd.readouterr() == ("", "")


def test_the_time_left_begins_as_foretold_and_follows_what_it_takes(capfd) -> None:
    with steps(quiet=False, after=0.0, every=60.0) as tell:
        tell.foretold(foretold({"ridge": 100.0, "lightgbm": 460.0}))
        tell("training ridge", 0.2)
        tell("training lightgbm", 0.5)
        tell("estimating", 0.8)
    lines = [line[5:] for line in capfd.readouterr().err.splitlines()]
    assert lines[0] == (
        "about 9 minutes to train 1,201 models of each of 2 learners, 2 at the same time; "
        "estimates and report follow"
    )
    # half of them in no time: what is left is less than half of what was foretold
    assert lines[-3:] == [
        "training ridge, about 9 minutes of training left",
        "training lightgbm, about 2 minutes of training left",
        "estimating",
    ]


WITHOUT = "without lightgbm, about 4 minutes less: --learner prevalence --learner ridge"
FEWER_MODELS = (
    "300 models fewer of each, with somewhat wider intervals: "
    "validation: {interval: {resamples: 60, repeats: 1}}"
)
FEWER_COLUMNS = (
    "fewer columns than 508 of 60 patients, such as sum scores in place of items; "
    "`predictor check` says how many are worth having"
)
OF_MANY = ValidationSpec().for_patients(5000)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (foretold({"ridge": 100.0, "lightgbm": 15.0}), []),
        (
            foretold({"prevalence": 0.1, "ridge": 30.0, "lightgbm": 210.0}),
            [WITHOUT, FEWER_MODELS, FEWER_COLUMNS],
        ),
        (foretold({"lightgbm": 210.0}, columns=12, validation=OF_MANY), []),
    ],
    ids=["short", "all", "none"],
)
def test_where_it_is_long_it_is_said_what_is_shorter(capfd, told, expected) -> None:
    with steps(quiet=False) as tell:
        tell.foretold(told)
    lines = [line[5:] for line in capfd.readouterr().err.splitlines()]
    assert lines[0].startswith("about ")
    assert lines[1:] == [f"shorter: {way}" for way in expected]


PIPED = """
import functools, sys
import predictor.cli.train
predictor.cli.train.steps = functools.partial(predictor.cli.train.steps, after=0.0)
from predictor.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("quiet", [[], ["--quiet"]], ids=["", "quiet"])
def test_a_training_whose_output_is_piped_tells_its_steps(small, quiet) -> None:
    order = ["train", "study.yaml", "--data", "patients.csv", "--json", *quiet]
    done = subprocess.run(
        [sys.executable, "-c", PIPED, *order, "--learner", "prevalence", "--learner", "ridge"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert list(json.loads(done.stdout)["learners"]) == ["prevalence", "ridge"]
    told = re.findall(r"^\d+:\d\d (.+)$", done.stderr, flags=re.MULTILINE)
    steps = ["reading", "training prevalence", "training ridge", "estimating", "judging", "saving"]
    seen = list(dict.fromkeys(line.partition(",")[0] for line in told))
    assert [step for step in seen if not step.startswith("about ")] == ([] if quiet else steps)
    written = Path("patients.csv").read_text().splitlines()[1:]
    assert not [row for row in written if row.partition(",")[0] in "\n".join(told)]
