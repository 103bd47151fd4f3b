"""Heavy libraries are imported where they are needed, so that commands answer at once and work without them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from arena.cli.main import COMMANDS

MODELS = {"llama_cpp", "torch", "transformers"}
HEAVY = MODELS | {"textual", "matplotlib"}

SHOW = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


def modules_after(program: str, *arguments: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after it ran a program."""
    done = subprocess.run(
        [sys.executable, "-c", program + SHOW, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("module", ["arena.cli.main", *(module for module, _ in COMMANDS.values())])
def test_importing_a_command_imports_nothing_heavy(module: str) -> None:
    found = modules_after(f"import {module}")
    assert "arena" in found and "click" in found
    assert not found & HEAVY


def test_the_entry_point_imports_no_numbers_either() -> None:
    """It runs before anything is shown."""
    assert not modules_after("import arena.cli.main") & {"numpy", "scipy", "rich", "jinja2", "msgspec"}


PLAY = """
import sys
from arena.cli.main import arena
arena.main(sys.argv[1:], standalone_mode=False)
"""


def test_a_tournament_of_bots_imports_no_library_for_models(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    arguments = ("tournament", "--subject", "uniform", "--game", "rps", "--games", "2", "--store", str(store))
    found = modules_after(PLAY, *arguments, "--json")
    assert store.is_file() and "arena" in found
    assert not found & (MODELS | {"textual"})
