"""Options that several commands share, and where they print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

config = click.argument("config", type=click.Path(path_type=Path))
data = click.option(
    "--data", required=True, type=click.Path(path_type=Path), help="CSV, Parquet or XLSX table."
)
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
quiet = click.option("--quiet", is_flag=True, help="No messages.")
seed = click.option("--seed", type=click.IntRange(min=0), help="Instead of the seed of the study.")


def console(quiet: bool) -> Console:
    """Where messages go: stderr, so that stdout holds only data."""
    from rich.console import Console

    return Console(stderr=True, quiet=quiet, highlight=False)


@contextmanager
def progress(console: Console) -> Iterator[Callable[[str, float], None]]:
    """A bar that is gone when the work is done; call with a few words and the share done."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("starting", total=1.0)

        def show(step: str, share: float) -> None:
            bar.update(task, description=step, completed=share)

        yield show


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False))
