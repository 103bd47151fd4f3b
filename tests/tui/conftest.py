"""The app without its user: everything in folders of the test's own, a store that is new."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.tui.screens import lobby


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr(lobby, "CHOSEN_SECONDS", 3600.0)  # only tests of it load models from the lobby


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "arena.db"
