"""Help for every command."""

from __future__ import annotations

import pytest

from arena.cli.main import COMMANDS
from tests.support.commands import arena


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_with_its_line(flag: str) -> None:
    done = arena(flag)
    assert not done.stderr
    text = " ".join(done.stdout.split())
    for name, (_, line) in COMMANDS.items():
        assert f"{name} {line}" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    done = arena(command, "--help")
    assert not done.stderr
    assert f"arena {command} [OPTIONS]" in done.stdout


def test_the_version() -> None:
    done = arena("--version")
    assert done.stdout.startswith("arena, version ")
