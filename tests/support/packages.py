"""Packages that add something to Arena, made in a temporary folder, and programs that find them there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import arena
from tests.support.commands import forked


def package(folder: Path, name: str, code: str, points: Mapping[str, Mapping[str, str]]) -> None:
    """A package of one module, with its entry points by group: name to object in the module, or `module:object`."""
    module = name.replace("-", "_")
    (folder / f"{module}.py").write_text(code)
    information = folder / f"{module}-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = []
    for group, named in points.items():
        lines.append(f"[{group}]")
        lines += [f"{point} = {what if ':' in what else f'{module}:{what}'}" for point, what in named.items()]
    (information / "entry_points.txt").write_text("\n".join(lines) + "\n")


def run_beside(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, with the packages in it."""
    path = os.pathsep.join((str(folder), str(Path(arena.__file__).parents[1])))
    environment = os.environ | {"PYTHONPATH": path}
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=folder)


def arena_beside(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command `arena` in a folder, with the packages in it."""
    return forked(*arguments, folder=folder, env={"PYTHONPATH": str(folder)} | environment)
