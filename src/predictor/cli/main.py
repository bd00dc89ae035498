"""The door: finds the command, turns errors into exit codes.

0 done; 1 the data or the study was refused and nothing was written; 2 wrong usage; 130 interrupted.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence

import click

from predictor import __version__
from predictor.errors import DataError, PredictorError

_COMMANDS = ("init", "simulate", "check", "describe", "train", "report", "score", "ui")


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
    epilog="Research software, not a medical device. Not for diagnosis, treatment or selecting "
    "patients.",
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
    try:
        commands.main(args=None if arguments is None else list(arguments), standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; nothing half-written is left", err=True)
        return 130
    except DataError as error:
        click.echo("\n".join(("refused:", *(f"  {fault}" for fault in error.faults))), err=True)
        return 1
    except PredictorError as error:
        click.echo(f"refused: {error}", err=True)
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"refused: {where}{error.strerror or type(error).__name__}", err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - reported, without what it says
        # the text of an unforeseen error may quote a patient, so only where it happened is shown
        steps = "".join(traceback.format_tb(error.__traceback__))
        click.echo(
            f"{steps}internal error ({type(error).__name__}); its message is withheld because it "
            f"may quote patient data",
            err=True,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
