"""File systems that refuse, and a program that writes a run in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import arena
from tests.support.small_run import filled, make_round, make_spec  # noqa: F401  # fixtures

Mount = Callable[..., Path]
Start = Callable[..., "subprocess.Popen[str]"]
WRITER = Path(__file__).with_name("writer_process.py")


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
