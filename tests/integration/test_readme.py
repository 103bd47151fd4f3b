"""Every command of the README, in its order, in a fresh copy of the repository."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from arena.backends.weights.catalog import find_model
from arena.backends.weights.finding import locate
from tests.support.commands import PATIENCE, SMOLLM2

ROOT = Path(__file__).parents[2]

# All that is changed of what stands in the README, so that it takes a minute, not an hour, and installs nothing anew.
SHORTER: Final = (
    (r"^make tournament.*", "make tournament GAMES=2"),
    (r"^make", "make -o .venv/.installed"),
    (r"--games \d+", "--games 2"),
    (r"^(\S+arena tournament(?!.*--games).*)", r"\1 --games 2"),
    (r"--n \d+", "--n 3"),
    (r"^(\S+ (?:numbers|sequences)(?!.*(?:--n |exact)).*)", r"\1 --n 3"),
    (r"/path/to/model\.gguf", "MODEL"),
)
# In the copy's laptop.toml; another line of the README does exact mode over a grid.
SUITE: Final = (
    (r"(?m)^(?:mode|temperatures|top_p) = .*\n", ""),
    (r"\[\[numbers\]\]\n", '[[numbers]]\nn = 3\nmode = "sample"\n'),
    (r"\[\[tournament\]\]\n", "[[tournament]]\nmatches = 2\n"),
    (r"\[\[poems\]\]\nn = 5\n", '[[poems]]\nn = 1\ntopics = ["coffee"]\n'),
)

# What can't be done here: the command is only asked for its help.
ASKED_ONLY: Final = {
    "arena play": "opens the app in a terminal",
    "arena web": "serves until it is stopped",
    "arena watch": "opens the app in a terminal",
    "arena serve": "needs a GPU",
    "sglang:http": "needs the server that the command before it starts",
    "--device cuda": "needs a GPU",
    "make test": "is what runs this",
    "make check": "is run beside the tests",
}


def commands() -> list[str]:
    """The lines of the README's code blocks, without their comments."""
    blocks = re.findall(r"^```\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line.partition(" # ")[0].strip() for block in blocks for line in block.splitlines()]


def test_the_blocks_hold_commands() -> None:
    found = commands()
    assert len(found) > 20 and all(line.startswith(("make ", ".venv/bin/arena")) for line in found)
    assert all(any(word in line for line in found) for word in ASKED_ONLY)  # none of them is out of date


@pytest.mark.slow
@pytest.mark.model
def test_every_command_runs(tmp_path: Path) -> None:
    if not shutil.which("make"):
        pytest.skip("make isn't here")
    copy = fresh_copy(tmp_path / "arena")
    for line in commands():
        done = subprocess.run(
            shlex.split(shortened(line)),
            cwd=copy,
            input="7\n" * 3,  # for the one that asks a person
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=os.environ | {"PYTHONPATH": str(copy)},
        )
        assert done.returncode == 0 and "Traceback" not in done.stderr, f"{line}\n{done.stderr}"
        assert done.stdout + done.stderr, line
    assert (copy / "arena.db").is_file() and list(copy.glob("**/*.db")) == [copy / "arena.db"]
    for made in ("out/table2.md", "out/figure4.png", "rounds/rounds.csv"):
        assert (copy / made).is_file(), made


def shortened(line: str) -> str:
    """The command as it is run here."""
    if any(word in line for word in ASKED_ONLY):
        return "make help" if line.startswith("make") else f"{' '.join(line.split()[:2])} --help"
    for pattern, instead in SHORTER:
        line = re.sub(pattern, instead, line)
    return line.replace("MODEL", str(locate(find_model(SMOLLM2))))


def fresh_copy(folder: Path) -> Path:
    """What a clone would have, with this environment as its own."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    suite = folder / "arena/experiments/suites/laptop.toml"
    text = suite.read_text(encoding="utf-8")
    for pattern, instead in SUITE:
        text = re.sub(pattern, instead, text)
    suite.write_text(text, encoding="utf-8")
    (folder / ".venv").symlink_to(sys.prefix)
    return folder
