"""A finished run shown again: the same numbers, without its rounds being read; other numbers as soon as a round is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from arena.cli.main import arena
from arena.store import CellRow, RoundColumns, Store
from arena.store.export import export
from arena.store.merging import merge

COMMAND = ("tournament", "--subject", "uniform", "--subject", "mix:rock=0.6,paper=0.4", "--opponent", "greedy")
MORE = ("--opponent", "uniform", "--opponent", "frequency", "--rounds", "4", "--display", "none")


def asked(store: Path, games: int = 30) -> Any:
    """What the command prints as JSON, without the times."""
    result = CliRunner().invoke(arena, [*COMMAND, *MORE, "--store", str(store), "--json", "--games", str(games)])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    for cell in document["cells"]:
        del cell["seconds"]
    return document


def changed(store: Path, *statements: str) -> None:
    """Another program writes to a store."""
    with closing(sqlite3.connect(store)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A finished run whose result was shown."""
    path = tmp_path / "arena.db"
    asked(path)
    return path


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """The cells of which rounds are read from now on."""
    found: list[str] = []
    read = Store.rounds

    def rounds(store: Store, cell: CellRow, moves: int) -> RoundColumns:
        found.append(cell.spec.key)
        return read(store, cell, moves)

    monkeypatch.setattr(Store, "rounds", rounds)
    return found


def test_a_finished_run_is_shown_again_without_reading_its_rounds(store: Path, reads: Sequence[str]) -> None:
    plain = [*COMMAND, *MORE, "--games", "30", "--store", str(store)]
    shown = [CliRunner().invoke(arena, plain).stdout for _ in range(2)]
    again = asked(store)
    assert not reads
    result = CliRunner().invoke(arena, ["report", "--store", str(store)])  # which reads all of them
    assert len(reads) == 6
    assert shown == [result.stdout, result.stdout]
    fresh = json.loads(CliRunner().invoke(arena, ["report", "--store", str(store), "--format", "json"]).stdout)
    for cell in fresh["cells"]:
        del cell["seconds"]
    assert again == fresh


def test_the_figures_of_a_run_that_is_shown_again_are_the_same(store: Path, tmp_path: Path) -> None:
    for name in ("again", "report"):
        words = [*COMMAND, *MORE, "--games", "30"] if name == "again" else ["report"]
        assert CliRunner().invoke(arena, [*words, "--store", str(store), "--out", str(tmp_path / name)]).exit_code == 0
    names = sorted(file.name for file in (tmp_path / "again").iterdir())
    assert "figure4-data.csv" in names
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "report" / name).read_bytes(), name


CHANGES = {
    "changed": "UPDATE rounds SET move = 0, reply = 0, outcome = 0 WHERE cell = 1 AND match = 3",
    "removed": "DELETE FROM rounds WHERE cell = 1 AND match = 29",  # and played again
    "known by another version": "UPDATE kept SET source = '{}' WHERE cell = 1",
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_cell_that_was_changed_is_read(store: Path, reads: Sequence[str], what: str) -> None:
    before = asked(store)
    also = ["DELETE FROM matches WHERE cell = 1 AND number = 29"] if what == "removed" else []
    changed(store, CHANGES[what], *also)
    after = asked(store)
    assert reads == ["uniform|greedy|rps|-|temperature=1,top_p=1"]
    assert after["cells"][1:] == before["cells"][1:]
    assert (after["cells"][0] == before["cells"][0]) is (what != "changed")


def test_more_games_are_read(store: Path, reads: Sequence[str]) -> None:
    assert asked(store, 31)["cells"][0]["matches"] == 31
    assert len(reads) == 6


def test_numbers_made_by_other_code_are_made_anew(
    store: Path, reads: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arena.reports.tournament.runs._code", lambda: "other")
    asked(store)
    assert len(reads) == 6
    asked(store)
    assert len(reads) == 6


def test_what_is_kept_is_neither_exported_nor_merged(store: Path, tmp_path: Path) -> None:
    with Store.open(store) as opened:
        export(opened, tmp_path / "kept", "jsonl")
    merge([store], tmp_path / "merged.db")
    changed(store, "DROP TABLE kept", "DROP TRIGGER round_changed", "DROP TRIGGER round_removed")
    with Store.open(store) as opened:
        export(opened, tmp_path / "gone", "jsonl")
    for name in ("rounds.jsonl", "prompts.jsonl"):
        assert (tmp_path / "kept" / name).read_bytes() == (tmp_path / "gone" / name).read_bytes()
    assert sorted(file.name for file in (tmp_path / "kept").iterdir()) == ["prompts.jsonl", "rounds.jsonl"]
    with closing(sqlite3.connect(tmp_path / "merged.db")) as connection:
        assert not connection.execute("SELECT * FROM sqlite_master WHERE name = 'kept'").fetchall()
