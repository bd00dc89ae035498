"""The door: finds the command, turns errors into exit codes.

0 done; 1 the data or the study was refused and nothing was written, or `verify` found something
that did not come out again; 2 wrong usage; 3 the results are written, but MLflow does not have them
or they could not be printed; 129, 130, 143 stopped by SIGHUP, Ctrl-C, SIGTERM.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import io
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from predictor import __version__
from predictor.cli import options
from predictor.cli.stopping import Stopped, fill_closed_streams, stoppable
from predictor.errors import WRITTEN, DataError, PredictorError
from predictor.notice import RESEARCH_ONLY

_COMMANDS = (
    "init", "simulate", "plan", "check", "describe", "train", "enter", "promote", "log", "report",
    "compare", "verify", "score", "serve", "export", "validate", "monitor", "update", "combine",
    "tidy", "ui",
)  # fmt: skip


class _Commands(click.Group):
    """Commands live in modules of their own, imported when they are asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"predictor.cli.{cmd_name}")
        command: click.Command = module.command
        return command


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=RESEARCH_ONLY,
)
@click.version_option(__version__, prog_name="predictor")
def commands() -> None:
    """From a table of treated patients to an honest prediction of who will respond.

    \b
    Start here:
      predictor init my-study
      cd my-study
      predictor train study.yaml --data example.csv
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    # what is imported stays: to search it for garbage over and over takes a second of a training
    gc.set_threshold(50_000, 20, 100)
    atexit.register(gc.freeze)  # nor when Python ends
    # plugins of pydantic, of other packages, would be looked for in all that are installed
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    fill_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without letters for a name
    try:
        with stoppable():
            code = commands.main(
                args=None if arguments is None else list(arguments), standalone_mode=False
            )
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        options.say(said.getvalue().rstrip("\n"))
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        # click puts its own error in the place of the interrupt
        stopped = error if isinstance(error, KeyboardInterrupt) else error.__cause__
        what = _written(stopped) or "nothing half-written is left"
        options.say(f"interrupted; {what}")
        return 128 + (stopped.number if isinstance(stopped, Stopped) else 2)
    except options.NotShownError as error:
        cause = error.__cause__
        if isinstance(cause, OSError):
            options.say(f"done, but not everything could be printed: {_why(cause)}")
        else:
            options.say(f"{_internal(cause)}done; only printing the results failed")
        return 3
    except DataError as error:
        options.say("\n".join(("refused:", *(f"  {fault}" for fault in error.faults))))
        return 1
    except PredictorError as error:
        options.say(f"refused: {error}")
        return 1
    except OSError as error:
        options.say(_written(error) or f"refused: {_why(error)}")
        return 3 if _written(error) else 1
    except Exception as error:  # noqa: BLE001 - reported, without what it says
        written = _written(error)
        options.say(f"{_internal(error)}{written or ''}".rstrip("\n"))
        return 3 if written else 1
    return code if isinstance(code, int) else 0  # of click's Exit


def _written(error: BaseException | None) -> str:
    """What an error that came after everything was written says of that."""
    notes: list[str] = getattr(error, "__notes__", [])
    return "".join(n.removeprefix(WRITTEN) for n in notes if n.startswith(WRITTEN))


def _why(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or type(error).__name__}"


def _internal(error: BaseException | None) -> str:
    # the text of an unforeseen error may quote a patient, so only where it happened is shown
    steps = "".join(traceback.format_tb(error.__traceback__)) if error else ""
    return (
        f"{steps}internal error ({type(error).__name__}); its message is withheld because it "
        "may quote patient data\n"
    )


def run() -> NoReturn:
    """Run a command and end the process.

    If nothing is left that works, all modules are not taken apart first: after the scores of one
    patient that would be a twentieth of the time.
    """
    code = main()
    if threading.active_count() == 1:
        with contextlib.suppress(OSError):  # of a closed pipe, say; told at the usual end
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
            atexit._run_exitfuncs()
            os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    run()
