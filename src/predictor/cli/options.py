"""Options that several commands share, and where they print: the one door for all text."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from predictor.printable import visible

if TYPE_CHECKING:
    from predictor.cli.console import PlainConsole
    from predictor.processes import Elsewhere
    from predictor.results import Result

config = click.argument("config", type=click.Path(path_type=Path))


class TablePlace(click.Path):
    """A file with a table, or the URL of a database, from here on without its password."""

    name = "table"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path | str:
        """A path; of a text with ://, what `predictor.cohort.located` makes of it."""
        if isinstance(value, str) and "://" in value:
            from predictor.cohort import located

            return located(value)
        return cast("Path", super().convert(value, param, ctx))


TABLE = "a table: CSV, Excel, Parquet, SPSS, Stata, or a database (docs/study-file.md)"
"""What a table may be, in the help of commands."""
data = click.option("--data", required=True, type=TablePlace(), help=f"The patients, {TABLE}.")
as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
quiet = click.option("--quiet", is_flag=True, help="No messages.")
seed = click.option("--seed", type=click.IntRange(min=0), help="Instead of the seed of the study.")


def _jobs(_context: click.Context, _parameter: click.Parameter, jobs: int) -> int:
    if jobs < -1 or jobs == 0:
        raise click.UsageError("--jobs must be -1 or at least 1")
    return jobs


jobs = click.option(
    "--jobs",
    type=int,
    default=-1,
    show_default=True,
    callback=_jobs,
    help=(
        "Replicates fitted at the same time, or workers of --cluster local; -1 for all processors."
    ),
)


def _cluster(
    _context: click.Context, _parameter: click.Parameter, address: str | None
) -> str | None:
    return None if address is None or address.strip().lower() == "none" else address


cluster = click.option(
    "--cluster",
    metavar="ADDRESS",
    envvar=["PREDICTOR_CLUSTER", "DASK_SCHEDULER_ADDRESS"],
    callback=_cluster,
    help=(
        "Compute on a Dask cluster: tls://HOST:8786, tcp://HOST:8786, or local, which starts one "
        "here; none if the environment names one that is not to be used. "
        "[env: PREDICTOR_CLUSTER, DASK_SCHEDULER_ADDRESS]"
    ),
)


@contextmanager
def computing(
    address: str | None,
    jobs: int,
    otherwise: Elsewhere | None = None,
    *,
    quiet: bool = False,
    imports: Sequence[str] = (),
) -> Iterator[Elsewhere | None]:
    """The cluster of an address, while the block runs; without an address, what is otherwise."""
    if address is None:
        yield otherwise
        return
    from predictor.cluster import connect

    with connect(address, jobs=jobs, say=None if quiet else tell, imports=imports) as found:
        yield found


class NotShownError(Exception):
    """The work is done, and its results could not be printed."""


def messages(quiet: bool) -> PlainConsole:
    """Where messages and progress go: stderr."""
    from predictor.cli.console import PlainConsole

    return PlainConsole(stderr=True, quiet=quiet)


def results(as_json: bool, quiet: bool) -> PlainConsole:
    """Where tables and sentences go: stdout, unless a JSON document goes there."""
    from predictor.cli.console import PlainConsole

    return PlainConsole(stderr=as_json, quiet=quiet)


@contextmanager
def printing() -> Iterator[None]:
    """What the block prints comes after the work: no fault in it may look like a refusal.

    A reader that has seen enough (``| head``) is none.

    Raises
    ------
    NotShownError
        If not everything could be printed.
    """
    try:
        yield
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except BrokenPipeError:
        _let_go()
    except Exception as error:
        _let_go()
        raise NotShownError from error


def _let_go() -> None:
    """Print no more: what is waiting to be printed would fail once more when Python ends."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
            continue
        with contextlib.suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextmanager
def progress(console: PlainConsole) -> Iterator[Callable[[str, float], None]]:
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
            bar.update(task, description=visible(step), completed=share)

        yield show


def print_json(found: Result) -> None:
    """A result as one JSON document on stdout; signs that a terminal would obey are escaped."""
    text = json.dumps(found.to_json(), ensure_ascii=False, indent=2, allow_nan=False)
    if not text.isprintable():
        text = "".join(s if visible(s) == s else json.dumps(s)[1:-1] for s in text)
    click.echo(text)


def tell(text: str, *, dim: bool = False) -> None:
    """A message on stderr without `rich`, for which one patient would wait."""
    plain = os.environ.get("TERM") in ("dumb", "unknown")
    click.secho(visible(text), err=True, dim=True if dim and not plain else None)


def say(text: str) -> None:
    """A message on stderr; nothing if nobody can read it."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(visible(text), err=True)
