"""Seconds of the processor that each step takes as a table grows wider.

    python benchmarks/wide_tables.py --columns 16 --columns 508

Sixty patients answer blocks of questionnaire items, each on a scale of five points and held
together by a trait of its block; a hundredth of the answers is missing. Each row is a process of
its own, without processes or threads beside it, so that the processor's time is all there is.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

PATIENTS = 60
COLUMNS = (16, 64, 127, 254, 508)
LEARNERS = ("prevalence", "ridge", "lightgbm", "elastic_net")
_ITEMS = 20  # of a block
_POINTS = 5
_MISSING = 0.01
_Made = TypeVar("_Made")


def write_study(folder: Path, columns: int, learners: tuple[str, ...] = LEARNERS) -> None:
    """Write a table of so many items into a folder, with its study."""
    rng = np.random.default_rng(1)
    blocks = -(-columns // _ITEMS)
    traits = rng.standard_normal((PATIENTS, blocks))
    latent = np.repeat(traits, _ITEMS, axis=1)[:, :columns]
    latent = 0.6 * latent + 0.8 * rng.standard_normal((PATIENTS, columns))
    items = np.digitize(latent, [-1.2, -0.4, 0.4, 1.2]) + 1
    missing = rng.random(items.shape) < _MISSING
    response = traits[:, 0] + rng.standard_normal(PATIENTS) > 0
    names = [f"q{block + 1}_{item + 1}" for block in range(blocks) for item in range(_ITEMS)]
    names = names[:columns]
    with (folder / "items.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["person", *names, "better"])
        for place in range(PATIENTS):
            answers = np.where(missing[place], "", items[place].astype(str)).tolist()
            writer.writerow([f"p{place}", *answers, str(response[place]).lower()])
    lines = [f"  {n}: {{known_at: T0, type: integer, range: [1, {_POINTS}]}}" for n in names]
    text = [
        "study: items",
        "title: Questionnaire items",
        "timepoints: {T0: before, T2: after}",
        "predict_at: T0",
        "columns:",
        "  person: {role: id}",
        *lines,
        "  better: {known_at: T2, type: flag}",
        "outcome: {name: better, known_at: T2, rule: better}",
        "learners:",
        *(f"  {learner}: {{}}" for learner in learners),
        "seed: 1",
    ]
    (folder / "study.yaml").write_text("\n".join(text) + "\n")


def measured(columns: int, learners: tuple[str, ...]) -> dict[str, float]:
    """Seconds of the processor by step."""
    from predictor.validation import serial
    from predictor.workflows import check
    from predictor.workflows.delivery import deliver
    from predictor.workflows.estimated import estimate
    from predictor.workflows.fitted import fit
    from predictor.workflows.judged import judge
    from predictor.workflows.planned import plan
    from predictor.workflows.prepared import prepare
    from predictor.workflows.reporting import PAGE

    seconds: dict[str, float] = {}

    def timed(step: str, work: Callable[[], _Made]) -> _Made:
        start = time.process_time()
        made = work()
        seconds[step] = seconds.get(step, 0.0) + time.process_time() - start
        return made

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_study(folder, columns, learners)
        study, table = folder / "study.yaml", folder / "items.csv"
        timed("check", lambda: check(study, table))
        planned = timed("prepare", lambda: plan(prepare(study, table)))
        begun: dict[str, float] = {}

        def told(step: str, _share: float) -> None:
            begun.setdefault(step, time.process_time())

        fitted = fit(planned, serial, told)
        ended = [*list(begun.values())[1:], time.process_time()]
        for learner, start, end in zip(learners, begun.values(), ended, strict=True):
            seconds[learner] = end - start
        estimated = timed("estimate", lambda: estimate(fitted))
        judged = timed("judge", lambda: judge(estimated))
        models, out = folder / "models", folder / "report"
        timed("deliver", lambda: deliver(judged, data="items", models=models, out=out))
        page = (out / PAGE).stat().st_size
    return {**seconds, "page, MB": page / 1e6}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--columns", action="append", type=int)
    options.add_argument("--learner", action="append", choices=LEARNERS)
    options.add_argument("--here", action="store_true", help="one table, in this process")
    chosen = options.parse_args()
    learners, widths = tuple(chosen.learner or LEARNERS), chosen.columns or COLUMNS
    if chosen.here:
        print(json.dumps(measured(widths[0], learners)), flush=True)
        return
    first = True
    for columns in widths:
        row = ["--here", "--columns", str(columns), *(f"--learner={name}" for name in learners)]
        done = subprocess.run(
            [sys.executable, __file__, *row], check=True, stdout=subprocess.PIPE, text=True
        )
        seconds = json.loads(done.stdout.splitlines()[-1])
        if first:
            print(f"| columns | {' | '.join(seconds)} |\n|{'---|' * (1 + len(seconds))}")
        first = False
        print(
            f"| {columns} | {' | '.join(f'{took:.1f}' for took in seconds.values())} |", flush=True
        )


if __name__ == "__main__":
    main()
