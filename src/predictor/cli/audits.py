"""What audits found, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from predictor.results import Finding


def show_audits(audits: Sequence[Finding], out: Console) -> None:
    """Print issues and tips, one per paragraph, and how many audits had nothing to say."""
    from rich.table import Table

    by_verdict = {
        verdict: [audit for audit in audits if audit.verdict == verdict]
        for verdict in ("issue", "tip", "passed", "not_applicable")
    }
    said = Table.grid(padding=(0, 2))
    for verdict in ("issue", "tip"):
        for audit in by_verdict[verdict]:
            said.add_row(verdict, f"{audit.code}: {audit.message}")
    if said.row_count:
        out.print(said)
    passed, without = len(by_verdict["passed"]), len(by_verdict["not_applicable"])
    out.print(f"{passed} audits passed, {without} do not apply here.")
