"""`arena report` in processes of its own: a pipe that closes early, and what it imports."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import arena
from tests.support.filled import fill

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(arena.__file__).parents[1])}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "arena.db"
    fill(path)
    return path


def test_a_reader_who_has_enough_gets_no_traceback(store: Path) -> None:
    for format_ in ("rich", "json"):
        read, write = os.pipe()
        os.close(read)
        running = subprocess.Popen(
            [sys.executable, "-m", "arena", "report", "--store", str(store), "--format", format_],
            stdout=write,
            stderr=subprocess.PIPE,
            env=ENVIRONMENT,
        )
        os.close(write)
        _, said = running.communicate()
        assert said == b""


def test_the_command_is_light_until_it_is_called() -> None:
    code = "import sys, arena.cli.report; print({'matplotlib', 'scipy', 'numpy', 'rich'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT)
    assert said.stdout.strip() == "set()"
