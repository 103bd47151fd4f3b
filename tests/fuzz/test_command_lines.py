"""Command lines: every command, its options in any number and order, with values that break programs."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

import click

from arena.cli.main import COMMANDS
from tests.fuzz import nasty
from tests.fuzz.runner import COUNT, Ended, Runner, fuzz

# `web` would serve; the other two need a terminal and say so
_COMMANDS = sorted(set(COMMANDS) - {"web"})
_AGENTS = (
    *(
        "uniform",
        "greedy",
        "human",
        "human:mind-reader",
        "fixed:rock",
        "fixed:",
        "mix:rock=1",
        "mix:rock=0.5,paper=0.5",
    ),
    *("llm:", "llm:nobody", "gemma-3-270m", "llm:llama.cpp:/nowhere.gguf", "llm:sglang:http://127.0.0.1:9"),
    *("llm:transformers:/nowhere", "llm:hf:a/b/c.gguf", "llm:llama.cpp:~nosuchuser/x.gguf", "llm:sglang:http://a..b:1"),
    *("llm:sglang:http://u:p@127.0.0.1:9", "mix:rock=nan", "mix:rock=1e400", "uniform:1", "markov"),
)
_GAMES = (
    "rps",
    "hide-and-seek",
    "hide-and-seek:5",
    "hide-and-seek:1",
    "hide-and-seek:999999999",
    "matching-pennies",
    "chess",
)
_FOR: Mapping[str, Sequence[str]] = {
    "--subject": _AGENTS,
    "--opponent": _AGENTS,
    "--model": [agent for agent in _AGENTS if agent != "gemma-3-270m"],  # whose poems would take minutes
    "--game": _GAMES,
    "--run": ("1", "2026-01-01-1"),
    "--store": ("arena.db", "new.db", ".", "/dev/null", "/dev/full", "nowhere/x.db", "a" * 5000),
    "--out": ("out", "arena.db", "/dev/null/x", "."),
}


def test_command_lines(forge: Runner, played: Path) -> None:
    def one(chance: random.Random) -> tuple[str, Ended]:
        forge.clean()
        if chance.random() < 0.7:
            shutil.copy(played, forge.place / "arena.db")
        arguments = _line(chance)
        return " ".join(arguments), forge.run(arguments)

    fuzz("command lines", one, COUNT)


def _line(chance: random.Random) -> list[str]:
    name = chance.choice(_COMMANDS)
    if chance.random() < 0.05:
        return [nasty.text(chance) or "x", name]
    command: click.Command = getattr(import_module(COMMANDS[name][0]), name)
    line = [name]
    if isinstance(command, click.Group) and (not command.params or chance.random() < 0.7):
        name = chance.choice(sorted(command.commands))
        command = command.commands[name]
        line.append(name)
    needed = [option for option in command.params if option.required]
    chosen = [*needed, *(chance.choice(command.params) for _ in range(chance.randint(0, 5) if command.params else 0))]
    for option in chosen:
        line += _given(chance, option)
    # a command that does what it is told must end soon
    small: dict[str, Sequence[str]] = {"tournament": ("--games", "2"), "numbers": ("--n", "3"), "letters": ("--n", "3")}
    if "--n" not in line and "--games" not in line:
        line += small.get(name, small["numbers"] if name == "sequences" else ())
    if "--human" in line:
        line += ["--subject", "uniform"]  # or the models that are ready here are loaded, which takes its time
    return [part.replace("\0", "") for part in line]


def _given(chance: random.Random, option: click.Parameter) -> list[str]:
    if isinstance(option, click.Argument):
        return [_value(chance, option, "")]
    flag = option.opts[0]
    if isinstance(option, click.Option) and option.is_flag:
        return [flag]
    return [flag, _value(chance, option, flag)]


def _value(chance: random.Random, option: click.Parameter, flag: str) -> str:
    if chance.random() < 0.15:
        return nasty.text(chance)
    if flag in _FOR:
        return chance.choice(_FOR[flag])
    if isinstance(option.type, click.Choice):
        return str(chance.choice(list(option.type.choices)))
    if isinstance(option.type, click.types.IntParamType | click.types.FloatParamType):
        return nasty.number(chance)
    return nasty.text(chance) if chance.random() < 0.5 else nasty.number(chance)
