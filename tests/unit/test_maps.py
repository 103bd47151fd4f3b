"""Every package opens with a map of what is in it, and the maps are true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import arena

ROOT = Path(arena.__file__).parent
PACKAGES = sorted(file.parent for file in ROOT.rglob("__init__.py") if file.parent != ROOT)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package.relative_to(ROOT)))
def test_a_package_s_map_names_all_that_is_in_it(package: Path) -> None:
    words = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    named = re.findall(r"^([a-z_0-9]+(?:\.py|/)) {2,}\S", words, re.MULTILINE)
    files = {file.name for file in package.glob("*.py")} - {"__init__.py"}
    folders = {f"{folder.name}/" for folder in package.iterdir() if (folder / "__init__.py").exists()}
    assert sorted(named) == sorted(files | folders)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(file.relative_to(ROOT)) for file in ROOT.rglob("*.py") if not ast.get_docstring(ast.parse(file.read_text()))
    ]
    assert not silent
