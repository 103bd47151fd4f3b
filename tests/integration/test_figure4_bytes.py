"""Figure 4 is the same bytes from every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import arena

PROGRAM = """
import hashlib
from arena.reports.figure import rendered
from arena.reports.tournament.figure4 import figure4
from tests.support.played import played, run_of

report = run_of(played("rps", 1, sharpness=1, matches=5), played("hide-and-seek", 2, sharpness=2, matches=5))
for format, data in rendered(figure4(report).draw).items():
    print(format, hashlib.sha256(data).hexdigest())
"""


def test_two_processes_draw_the_same_bytes(tmp_path: Path) -> None:
    """Also when one has another hash seed, another folder and a person's own settings of matplotlib."""
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: yellow\n")
    root = str(Path(arena.__file__).parents[1])
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": root, "PYTHONHASHSEED": seed},
        ).stdout
        for folder, seed in ((tmp_path, "1"), (root, "2"))
    ]
    assert said[0] == said[1]
    assert [line.split()[0] for line in said[0].splitlines()] == ["png", "svg", "pdf"]
