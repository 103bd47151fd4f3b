"""The command line, in this process; the folder of a model that a stub serves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.cli.main import main
from benchmarks.support.model_folder import write_folder


@pytest.fixture
def arena(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def run(*arguments: str | Path) -> None:
        monkeypatch.setattr(sys, "argv", ["arena", *map(str, arguments)])
        main()

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "tiny")
