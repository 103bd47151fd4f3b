"""What may import what among tests and benchmarks, read from their sources."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
# what starts a process: modules, and functions of `os`
MODULES: Final = {"subprocess", "multiprocessing", "pexpect", "pty"}
FUNCTIONS: Final = {"fork", "forkpty", "system", "popen", "posix_spawn", "posix_spawnp"}
CALLS: Final = {"create_subprocess_exec", "create_subprocess_shell", "ProcessPoolExecutor"}


def sources(*folders: str) -> list[Path]:
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def module_of(file: Path) -> str:
    """Its full name."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def imported(file: Path) -> frozenset[str]:
    """The full names of the modules that a file imports anywhere in it, and of what it takes from them."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.module and not node.level, f"a relative import in {file}: write the full name"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@cache
def starters(file: Path) -> frozenset[str]:
    """What a file uses that starts processes."""
    found = {name for name in imported(file) if name.partition(".")[0] in MODULES}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            found |= {f"os.{node.attr}"} & {f"os.{name}" for name in FUNCTIONS}
        if isinstance(node, ast.Attribute | ast.Name):
            found |= {node.attr if isinstance(node, ast.Attribute) else node.id} & CALLS
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            found |= {alias.name for alias in node.names} & FUNCTIONS
    return frozenset(found)


def helpers(file: Path) -> set[Path]:
    """A file, and those of tests and benchmarks that it imports, through others too."""
    files = {module_of(each): each for each in sources("tests", "benchmarks")}
    found: set[Path] = set()
    ahead = [file]
    while ahead:
        each = ahead.pop()
        if each not in found:
            found.add(each)
            ahead += [files[name] for name in imported(each) if name in files]
    return found


def test_no_test_module_is_imported() -> None:
    tests = {module_of(file) for file in sources("tests") if file.name.startswith("test_")}
    taken = {module_of(file): tests & set(imported(file)) for file in sources("tests", "benchmarks")}
    assert not {module: found for module, found in taken.items() if found}, "helpers go to tests/support"


def test_benchmarks_import_no_tests() -> None:
    taken = {
        module_of(file): [name for name in imported(file) if name.partition(".")[0] == "tests"]
        for file in sources("benchmarks")
    }
    assert not {module: found for module, found in taken.items() if found}, "what both need goes to benchmarks/support"


def test_unit_tests_start_no_process() -> None:
    """Neither by themselves nor by their helpers."""
    used = {file for each in sources("tests/unit") for file in helpers(each)}
    found = {module_of(file): starters(file) for file in used}
    assert not {module: uses for module, uses in found.items() if uses}, "such tests go to tests/integration"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import subprocess as s", "subprocess"),
        ("def f():\n    from multiprocessing import Pool", "multiprocessing"),
        ("import os\nos.fork()", "os.fork"),
        ("from os import fork", "fork"),
        ("import asyncio\nasyncio.create_subprocess_exec('a')", "create_subprocess_exec"),
    ],
)
def test_what_starts_a_process_is_seen(line: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(line)
    assert found in starters(tmp_path / "a.py")
