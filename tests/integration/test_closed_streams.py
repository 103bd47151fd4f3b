"""Commands whose standard streams are closed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from arena.errors import ExitCode


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
