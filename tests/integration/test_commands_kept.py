"""The commands that made a run are kept with it, and shown."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import arena


def test_the_command_line_is_in_the_report_and_in_what_is_shown(tmp_path: Path) -> None:
    store = tmp_path / "a store.db"
    play = ("tournament", "--subject", "uniform", "--display", "none", "--store", store, "--games")
    arena(*play, "2")
    arena(*play, "2", "--json")  # finds it finished
    arena(*play, "3")
    typed = [f"arena tournament --subject uniform --display none --store '{store}' --games {games}" for games in (2, 3)]
    (run,) = json.loads(arena("report", "--format", "json", "--store", store).stdout)["runs"]
    assert run["commands"] == typed and "commands" not in run["manifest"]
    shown = arena("runs", "show", "--store", store).stdout.splitlines()
    assert [line for line in shown if line.startswith("arena tournament")] == typed
    assert json.loads(arena("runs", "show", "--json", "--store", store).stdout)["commands"] == typed
    assert "commands" not in arena("compare", "1", "1", "--store", store, "--format", "md").stdout
