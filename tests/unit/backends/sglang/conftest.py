"""The command line, in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.cli.main import main


@pytest.fixture
def arena(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def run(*arguments: str | Path) -> None:
        monkeypatch.setattr(sys, "argv", ["arena", *map(str, arguments)])
        main()

    return run
