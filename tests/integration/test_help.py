"""Help for every command, and a sentence for what is mistyped."""

from __future__ import annotations

import subprocess
import sys

import pytest

from arena.cli.main import COMMANDS


def arena(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "arena", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_names_every_command_with_its_line(flag: str) -> None:
    done = arena(flag)
    assert done.returncode == 0 and not done.stderr
    text = " ".join(done.stdout.split())
    for name, (_, line) in COMMANDS.items():
        assert f"{name} {line}" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    done = arena(command, "--help")
    assert done.returncode == 0 and not done.stderr
    assert f"arena {command} [OPTIONS]" in done.stdout


def test_the_version() -> None:
    done = arena("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("arena, version ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["tornament"], "No such command 'tornament'"),
        (["tournament"], "Missing option '--subject'"),
        (["tournament", "--subjet", "uniform"], "No such option"),
        (["tournament", "--subject", "unifrom"], "did you mean 'uniform'?"),
        (["tournament", "--subject", "uniform", "--game", "rpss"], "did you mean 'rps'?"),
        (["tournament", "--subject", "fixed:lizard"], "has no move 'lizard'"),
        (["tournament", "--subject", "uniform", "--games", "0"], "--games is 0"),
        (["tournament", "--subject", "uniform", "--games", "many"], "not a valid integer"),
        (["tournament", "--subject", "uniform", "--rounds", "0"], "--rounds is 0"),
        (["tournament", "--subject", "greedy"], "both read the other's policy"),
        (["tournament", "--subject", "mix:rock=0.5"], "sum to 0.5"),
        (["export"], "Missing option"),
    ],
)
def test_a_typo_ends_with_2_and_a_sentence(
    arguments: list[str], sentence: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if arguments[0] == "tournament":
        arguments = [*arguments, "--store", str(tmp_path_factory.mktemp("typo") / "arena.db")]
    done = arena(*arguments)
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr and not done.stdout
