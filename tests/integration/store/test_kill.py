"""A writer killed at random moments: nothing half-written, and in the end as if nothing had happened."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

from arena.store import Store
from arena.store.export import export
from tests.integration.store.conftest import Start

GAMES, ROUNDS = 60, 4


def check_whole(path: Path) -> None:
    """Every match is there once, with its rounds from the first on; a finished one has all."""
    with Store.open(path) as store:
        assert store.database.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert store.database.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for cell in store.cells(store.run(None)):
            columns = store.rounds(replace(cell, below=None, reached=None), 3)  # also those that are no sample yet
            assert len(columns) == cell.done * ROUNDS
            assert columns.number.tolist() == list(range(1, ROUNDS + 1)) * cell.done
        orphans = store.database.connection.execute(
            "SELECT m.number FROM matches m LEFT JOIN rounds r ON r.cell = m.cell AND r.match = m.number"
            " GROUP BY m.cell, m.number HAVING COUNT(r.number) = 0 OR COUNT(r.number) != MAX(r.number)"
        )
        assert orphans.fetchall() == []


def test_killed_and_gone_on_with(tmp_path: Path, start: Start) -> None:
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    assert start(whole, 0, GAMES).wait(timeout=60) == 0
    moments = random.Random()
    kills = 0
    for _ in range(5):
        process = start(killed, 0, GAMES, "slow")
        assert process.stdout
        process.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.15))
        kills += process.poll() is None
        process.kill()
        process.wait()
        check_whole(killed)
    assert kills, "the writer is too quick to be killed"
    assert start(killed, 0, GAMES).wait(timeout=60) == 0
    check_whole(killed)
    for path in (whole, killed):
        with Store.open(path) as store:
            assert store.run(None).finished
            export(store, tmp_path / path.stem, "csv")
    for name in ("rounds.csv", "prompts.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
