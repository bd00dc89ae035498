"""A thirtieth of `benchmarks/serve.py`: good and bad requests, by many clients, mixed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "serve.py"


def test_mixed_requests_meet_no_fault_of_the_server_and_take_no_memory():
    run = subprocess.run(
        [sys.executable, str(PROGRAM), "--requests", "300", "--rate", "1000"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert run.returncode == 0, run.stderr
    assert "exit code 0" in run.stdout
    statuses = set(re.findall(r"x (\d{3})", run.stdout))
    assert {"200", "400", "404", "415", "422"} == statuses
    used = re.search(r"memory, MB: (.*)", run.stdout)
    assert used is not None
    megabytes = [int(each) for each in used[1].split(", ")]
    assert megabytes[-1] - megabytes[1] < 30
