"""The command reference is what ``--help`` says; run this file to write it anew."""

from __future__ import annotations

from pathlib import Path

import click
from click.testing import CliRunner

from predictor.cli.main import commands

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
OPENING = """\
# Command reference

What `--help` prints. A test holds this page to it.

Messages and progress go to standard error. With `--json`, one JSON document goes to standard
output and nothing else.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | the study, the table or the model was refused; nothing was written |
| 2 | wrong usage |
| 130 | interrupted; nothing half-written is left |
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
