"""The command reference is what ``--help`` says; run this file to write it anew."""

from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from predictor.cli.program import commands

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
OPENING = """\
# Command reference

What `--help` prints. A test holds this page to it.

`plan`, `check`, `describe`, `train`, `compare`, `validate`, `tidy` and `verify` print their results
to standard output; messages, progress and warnings go to standard error. With `--json`, one JSON
document goes to standard output and nothing else. In a file or a pipe no cell of a table is cut.
Names are printed as they are: control characters in them are shown as escapes (`\\x1b`), not
obeyed.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | study, table or model was refused; nothing was written but the copy of `check --fix` |
| 1 | `verify`: something did not come out again, or does not agree |
| 2 | wrong usage |
| 3 | done and written, but MLflow does not have it or not all could be printed |
| 129, 130, 143 | stopped by SIGHUP, Ctrl-C, SIGTERM; nothing half-written is left |

After 3, and after a stop that came when all was written, the message says so.

**What is there already** is replaced only where it says itself that `predictor` wrote it: a saved
model (`model.json`), the report of a training (`report.json`) or a description (`describe.json`)
in its folder, a page or a file of scores by its content, a synthetic cohort by its identifiers.
Anything else, and any link, is refused: move it away or choose another name. `train` also refuses
models, a report or a registered model of the same study name that predict something else (outcome,
rule or time); blanks, comments and line ends of a rule do not count, nor does a title.

**MLflow** is told last, when models and report are complete in their places. A request is given up
after 20 seconds and two repeats (`MLFLOW_HTTP_REQUEST_TIMEOUT`, `MLFLOW_HTTP_REQUEST_MAX_RETRIES`),
everything together after five minutes; a local store that another training holds is waited for, not
in silence, for ten. What MLflow would not take is sent later with `predictor log DIR`, once. Runs
that a killed training left are marked `KILLED` by the next one that logs to the same experiment:
at once in a local store, on a server when they have had their time and an hour.
"""


def names() -> list[str]:
    return commands.list_commands(click.Context(commands))


def help_of(*arguments: str) -> str:
    done = CliRunner().invoke(
        commands, [*arguments, "--help"], prog_name="predictor", terminal_width=100
    )
    assert done.exit_code == 0, done.output
    return done.output


def reference() -> str:
    parts = [OPENING, f"## predictor\n\n```text\n{help_of()}```\n"]
    parts += [f"## predictor {name}\n\n```text\n{help_of(name)}```\n" for name in names()]
    return "\n".join(parts)


def test_the_reference_is_what_help_says() -> None:
    message = "run python tests/docs/test_commands_reference.py"

    assert PAGE.read_text("utf-8") == reference(), message


def test_every_command_is_shown_in_a_guide() -> None:
    guides = [path for path in PAGE.parent.glob("*.md") if path != PAGE]
    shown = "\n".join(path.read_text("utf-8") for path in guides)

    assert [name for name in names() if f"predictor {name}" not in shown] == []


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
