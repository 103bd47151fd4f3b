"""How long it takes from nothing to a first move, for each way to install Arena, where there is no compiler.

Each way gets an empty home and cache, and a PATH on which compilers can't be found. What it installs then plays one
round of rock-paper-scissors against Gemma, line by line. Times include downloads. The last line on standard output is
JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.support.telling import tell_result

ROOT = Path(__file__).parents[1]
NAME = "predictability-arena"
EXTRAS = "app,laptop,models"
_COMPILERS = re.compile(r"(.*-)?(cc|c\+\+|gcc|g\+\+|clang|clang\+\+|cpp|cmake|ninja|c99|c89)(-[0-9.]+)?")
_PLAYED = ("play", "--plain", "--game", "rps", "--subject", "llm:gemma-3-270m", "--opponent", "human:mind-reader")


@dataclass(frozen=True, slots=True)
class Place:
    """An empty place: a folder, the environment in it, the Python to install with, and a wheel of Arena."""

    folder: Path
    environment: dict[str, str]
    python: str
    wheel: Path

    def run(self, *command: str | Path, answer: str = "") -> str:
        """Run a command there; returns what it prints. A failure ends everything, with its output."""
        words = [*map(str, command)]
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, input=answer, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout


def clone(place: Place) -> Path:
    """`make install` in a fresh clone, as `make play` and `make tournament` do it. SmolLM2 comes with it."""
    place.run("git", "clone", "-q", ROOT, "clone")
    place.run("make", "-C", "clone", "install", f"PYTHON={place.python}")
    return place.folder / "clone/.venv/bin/arena"


def pip(place: Place) -> Path:
    """Plain pip, into an environment of its own."""
    place.run(place.python, "-m", "venv", "env")
    place.run("env/bin/pip", "install", "-q", "-c", ROOT / "constraints.txt", f"{place.wheel}[{EXTRAS}]")
    return place.folder / "env/bin/arena"


def uv(place: Place) -> Path:
    """`uv tool install`."""
    wheel = f"{NAME}[{EXTRAS}] @ {place.wheel.as_uri()}"
    place.run("uv", "tool", "install", "-q", "--python", place.python, "-c", ROOT / "constraints.txt", wheel)
    return place.folder / "home/.local/bin/arena"


def pipx(place: Place) -> Path:
    """`pipx install`."""
    constraints = f"--pip-args=-c {ROOT / 'constraints.txt'}"
    place.run("pipx", "install", "--python", place.python, constraints, f"{place.wheel}[{EXTRAS}]")
    return place.folder / "home/.local/bin/arena"


WAYS: dict[str, Callable[[Place], Path]] = {"clone": clone, "pip": pip, "uv": uv, "pipx": pipx}


@contextmanager
def empty(python: str, wheel: Path) -> Iterator[Place]:
    """A place where nothing has been installed or compiled before, and nothing can be compiled."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bin").mkdir()
        for place in map(Path, os.environ["PATH"].split(os.pathsep)):
            for program in place.iterdir() if place.is_dir() else ():
                if not _COMPILERS.fullmatch(program.name) and not (folder / "bin" / program.name).is_symlink():
                    (folder / "bin" / program.name).symlink_to(program)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "UV_", "PIPX_"))}
        environment = {**kept, "HOME": str(folder / "home"), "PATH": str(folder / "bin")}
        (folder / "home").mkdir()
        if any(shutil.which(compiler, path=environment["PATH"]) for compiler in ("cc", "gcc", "g++", "clang")):
            sys.exit("there is still a compiler on the path")
        yield Place(folder, environment, python, wheel)


def measure(way: str, python: str, wheel: Path) -> dict[str, Any]:
    """Install in one way and play a round; how long each took, and how much processor time both."""
    with empty(python, wheel) as place:
        begun, used = time.perf_counter(), _processor()
        arena = WAYS[way](place)
        installed = time.perf_counter()
        shown = place.run(arena, *_PLAYED, "--rounds", "1", "--store", "arena.db", answer="r\n")
        played = time.perf_counter()
        build = json.loads(place.run(arena, "runs", "show", "--json", "--store", "arena.db"))["manifest"]["models"]
        if "round 1" not in shown.lower() or "xllamacpp" not in str(build):
            sys.exit(f"no round was played on the prebuilt llama.cpp: {build}\n{shown}")
        return {
            "way": way,
            "python": place.run(python, "-c", "import platform; print(platform.python_version())").strip(),
            "install_s": round(installed - begun, 1),
            "first_move_s": round(played - begun, 1),
            "processor_s": round(_processor() - used, 1),
        }


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", action="append", default=[], metavar="FILE", help="may be repeated")
    parser.add_argument("--way", action="append", default=[], choices=WAYS, help="may be repeated; by default all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, str(ROOT)]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        found = []
        for python in options.python or [sys.executable]:
            for way in options.way or WAYS:
                found.append(measure(way, python, wheel))
                print("  ".join(f"{name} {value}" for name, value in found[-1].items()), flush=True)
    tell_result(found)


if __name__ == "__main__":
    main()
