"""What a million patients cost to score: as one file, as parts here, as parts on a cluster.

    python benchmarks/score_parts.py [--patients N] [--parts P] [--workers 1 2] [--learner ridge]

Makes its own tables and model in a temporary folder. Each line is a process of its own: seconds by
the clock and of the processor (of the workers and the scheduler, too, without their start), and the
bytes that went between them. With Linux's ``unshare --net`` in front, after ``ip link set lo up``,
those of the whole network are told beside them: heartbeats, and what Dask says of itself.
"""

from __future__ import annotations

import argparse
import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

CONFIG = Path(__file__).resolve().parents[1] / "configs" / "crps_esketamine.yaml"


class Counted:
    """An executor that counts the bytes of what is sent to another one, and comes back."""

    def __init__(self, elsewhere: Any) -> None:
        self._elsewhere, self.bytes = elsewhere, 0

    @property
    def at_once(self) -> int:
        """How many chunks are computed at the same time."""
        return int(self._elsewhere.at_once)

    def __call__(self, work: Callable[[Any], Any], chunks: Sequence[Any]) -> Iterator[Any]:
        """What came of each chunk."""
        self.bytes += len(pickle.dumps(work)) + sum(len(pickle.dumps(each)) for each in chunks)
        for found in self._elsewhere(work, chunks):
            self.bytes += len(pickle.dumps(found))
            yield found


def once(model: str, how: str) -> None:
    """Print what one way took."""
    import psutil

    from predictor.workflows import score_file, score_folder

    this = psutil.Process()

    def processor() -> float:
        family = [this, *this.children(recursive=True)]
        return sum(sum(each.cpu_times()[:2]) for each in family)

    with ExitStack() as stack:
        counted: Counted | None = None
        if how not in ("file", "parts"):
            from predictor.cluster import connect

            counted = Counted(stack.enter_context(connect("local", jobs=int(how))))
            counted._elsewhere.client.run(_imported)
        before = time.perf_counter(), processor(), _network()
        if how == "file":
            score_file(model, Path("parts"), Path("scores.parquet"))
        else:
            score_folder(model, Path("parts"), Path("scores"), elsewhere=counted)
        after = time.perf_counter(), processor(), _network()
    clock, cpu, network = (b - a for a, b in zip(before, after, strict=True))
    sent = 0 if counted is None else counted.bytes
    print(json.dumps({"clock": clock, "processor": cpu, "sent": sent, "network": network}))


def _imported() -> None:
    import predictor.workflows.scored_parts  # noqa: F401


def _network() -> int:
    import psutil

    return int(psutil.net_io_counters(pernic=True)["lo"].bytes_sent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=1_000_000)
    parser.add_argument("--parts", type=int, default=8)
    parser.add_argument("--workers", nargs="*", default=["1", "2"])
    parser.add_argument("--learner", default="ridge")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        once(*options.once)
        return
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, options)
        model = f"models/crps-esketamine/latest/{options.learner}"
        print(f"{'way':>14} {'clock s':>8} {'processor s':>12} {'sent kB':>8} {'network kB':>11}")
        for how in ["file", "parts", *options.workers]:
            tries = []
            for _ in range(options.runs):
                done = subprocess.run(
                    [sys.executable, __file__, "--once", model, how],
                    cwd=folder, check=True, stdout=subprocess.PIPE, text=True,
                )  # fmt: skip
                tries.append(json.loads(done.stdout))
            least = min(tries, key=lambda each: float(each["processor"]))
            print(
                f"{how if how in ('file', 'parts') else f'{how} workers':>14} "
                f"{least['clock']:8.1f} {least['processor']:12.1f} {least['sent'] / 1e3:8.0f} "
                f"{least['network'] / 1e3:11.0f}",
                flush=True,
            )


def prepare(folder: str, options: argparse.Namespace) -> None:
    """A model, and a folder of patients."""
    predictor = [sys.executable, "-m", "predictor"]
    many = ["simulate", "new.csv", "--patients", str(options.patients), "--seed", "7", "--quiet"]
    for command in (
        ["simulate", "crps.csv", "--published", "--quiet"],
        many,
        ["train", str(CONFIG), "--data", "crps.csv", "--quiet", "--learner", options.learner],
    ):
        subprocess.run([*predictor, *command], cwd=folder, check=True, capture_output=True)
    import pyarrow.csv
    import pyarrow.parquet

    Path(folder, "parts").mkdir()
    table = pyarrow.csv.read_csv(Path(folder, "new.csv"))
    rows = -(-options.patients // options.parts)
    for number in range(options.parts):
        part = table.slice(number * rows, rows)
        pyarrow.parquet.write_table(part, Path(folder, "parts", f"part-{number:04}.parquet"))


if __name__ == "__main__":
    main()
