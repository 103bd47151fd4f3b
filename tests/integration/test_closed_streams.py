"""Commands whose standard streams are closed, or whose reader leaves before they have written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.support.commands import ARENA, UNIFORM, arena


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("models >&-", 0),
        ("models <&- >&- 2>&-", 0),
        ("numbers --human --n 1 --subject uniform <&- 2>&1 >&-", ExitCode.INPUT),
    ],
)
def test_streams_that_are_closed(line: str, code: int, tmp_path: Path) -> None:
    command = f"{sys.executable} -m arena {line}"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=tmp_path
    )
    assert done.returncode == code, done.stderr
    assert not {"Traceback", "Exception"} & set((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("read") / "arena.db"
    arena(*UNIFORM, "--subject", "fixed:rock", "--games", "20", "--store", path)
    return path


@pytest.mark.parametrize(
    "command",
    ["report", "report --format json", "runs", "models", "--help", "runs --json"],
)
def test_a_reader_that_has_left(store: Path, command: str) -> None:
    arguments = command.split()
    if arguments[0] not in ("models", "--help"):
        arguments += ["--store", str(store)]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*ARENA, *arguments], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.returncode == 0
    assert done.stderr == ""
