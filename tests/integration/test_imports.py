"""Heavy libraries are imported where they are needed, so that commands answer at once and work without them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from arena.cli.main import COMMANDS
from tests.support.commands import fresh

MODELS = {"llama_cpp", "xllamacpp", "torch", "transformers"}
HEAVY = MODELS | {"textual", "matplotlib"}

SHOW = "\nimport json, sys\nprint(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"

ONE_AFTER_ANOTHER = """
import sys
from importlib import import_module
for name in sys.argv[1:]:
    import_module(name)
    print(name, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


def modules_after(program: str, *arguments: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after it ran a program."""
    done = subprocess.run(
        [sys.executable, "-c", program + SHOW, *arguments], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The top-level modules that an interpreter has after it imported each module of the command line in turn."""
    first = ("arena.cli.main", "arena.cli.report")
    modules = dict.fromkeys((*first, *(module for module, _ in COMMANDS.values())))
    command = [sys.executable, "-c", ONE_AFTER_ANOTHER, *modules]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {name: set(had) for name, *had in map(str.split, printed.splitlines())}
    assert list(found) == list(modules) and all({"arena", "click"} <= had for had in found.values())
    return found


def test_importing_commands_imports_nothing_heavy(imported: dict[str, set[str]]) -> None:
    assert {name: had & HEAVY for name, had in imported.items() if had & HEAVY} == {}


def test_the_entry_point_imports_no_numbers_either(imported: dict[str, set[str]]) -> None:
    """It runs before anything is shown."""
    assert not imported["arena.cli.main"] & {"numpy", "scipy", "rich", "jinja2", "msgspec"}
    assert not imported["arena.cli.report"] & {"numpy", "scipy", "rich"}


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


SUITE = 'title = "Bots"\nsubjects = ["uniform"]\n[[tournament]]\ngames = ["rps"]\nmatches = 2\nrounds = 2\n'
OLDER = Path(__file__).with_name("older_stores") / "model.db.gz"


# the others are started so by other tests: closed streams, runs that are killed, rewards, a terminal and a browser
@pytest.mark.parametrize(
    "line",
    [
        "letters --subject uniform --n 3",
        "run bots.toml",
        "prompts --store older.db",
        "serve llama-3.1-8b --dry-run",
    ],
)
def test_a_command_imports_all_that_it_uses(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bots.toml").write_text(SUITE)
    (tmp_path / "older.db").write_bytes(gzip.decompress(OLDER.read_bytes()))
    assert fresh(*line.split()).stdout
