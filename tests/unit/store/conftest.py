"""Small specs and rounds, file systems that refuse, and a program that writes a run in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import arena
from arena.records import Decision, Outcome, Policy, Prompt, Round, Sample, TokenProbability
from arena.store import CellSpec, RunSpec
from arena.store.rows import Asked
from tests.support.specs import tournament_run

MakeSpec = Callable[..., RunSpec]
MakeRound = Callable[..., Round]
Mount = Callable[..., Path]
Start = Callable[..., "subprocess.Popen[str]"]

WRITER = Path(__file__).with_name("writer_process.py")


@pytest.fixture(scope="session")
def make_spec() -> MakeSpec:
    """A spec; any field can be given another value."""

    def make(**changes: object) -> RunSpec:
        cells = (
            CellSpec("uniform|greedy|rps|-|-", "uniform", "greedy", "rps"),
            CellSpec("llm:m|greedy|rps|log|-", "llm:m", "greedy", "rps", Asked(style="base", wording="log")),
        )
        whole: dict[str, object] = {
            "cells": cells,
            "rounds": 3,
            "models": {"m": "abc"},
            "size": 5,
            "manifest": {"machine": "this one"},
        }
        return tournament_run(**(whole | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_round() -> MakeRound:
    """A round of rock-paper-scissors as a model plays it, with an invalid answer and a prompt."""

    def make(number: int, text: str = " paper", prompt: str = "Round 1:") -> Round:
        top = (TokenProbability(7, -0.5), TokenProbability(9, -1.25))
        answers = (Sample("hm", (3, 4), "length"), Sample(text, (7,), "move"))
        asked = Prompt(prompt, (2, 10, 11), top)
        return Round(
            number,
            Outcome.LOSS,
            Decision(Policy((0.25, 0.625, 0.125), 0.9, 0.95), 1, answers, asked),
            Decision(None, 2),
        )

    return make


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a tmpfs with these options; `mount(folder, "remount,ro")` changes one."""
    with ExitStack() as stack:

        def run(*command: str) -> bool:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0

        def mount_it(folder: Path, options: str) -> Path:
            folder.mkdir(exist_ok=True)
            if os.geteuid() != 0 or not run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)):
                pytest.skip("mounting is not allowed here")
            if "remount" not in options:
                stack.callback(run, "umount", "-l", str(folder))
            return folder

        yield mount_it


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts `writer_process.py` with these arguments; what still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, str(WRITER), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(arena.__file__).parents[1])},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
