"""Recordings in a store: whole, found again, gone on with, and no match of the app's."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.errors import InputError
from arena.experiments.people.keeping import keep_recordings, recorded_run
from arena.experiments.people.played import recorded_matches
from arena.experiments.people.recordings import Recording
from arena.experiments.tournament.sitting import SITTING
from arena.games import parse_game
from arena.store import Store
from arena.store.merging import merge
from arena.store.writer import RunWriter
from tests.support.filled import fill

RPS = parse_game("rps")
PEOPLE = [
    Recording("ann", "1/copy", (0, 1, 2), (2, 2, 2)),
    Recording("bob", "1/copy", (0, None), (1, 1)),
    Recording("cy", "1/copy", (None, 1, None), (None, 0, 1)),
    Recording("=1+1", "", (2, 2, 0), (0, 1, None)),
]


def stored(store: Store) -> list[tuple[str, list[str], list[tuple[list[int], list[int]]]]]:
    run = recorded_run(store)
    return [
        (
            cell.spec.opponent,
            store.findings(cell)["people"]["names"],
            [(one.moves.tolist(), one.replies.tolist()) for one in recorded_matches(store, cell, RPS)],
        )
        for cell in store.cells(run)
    ]


WHOLE = [
    ("recorded:1/copy", ["ann", "bob", "cy"], [([0, 1, 2], [2, 2, 2]), ([0, -1], [1, 1]), ([-1, 1, -1], [-1, 0, 1])]),
    ("recorded", ["=1+1"], [([2, 2, 0], [0, 1, -1])]),
]


def test_everyone_is_there_and_an_import_again_finds_them(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        kept = keep_recordings(store, PEOPLE, RPS, "arena people import a.csv")
        assert (kept.known, kept.run.finished) == (False, True)
        assert stored(store) == WHOLE
        again = keep_recordings(store, PEOPLE, RPS)
        assert (again.known, again.run.name) == (True, kept.run.name)
        assert len(store.runs()) == 1
        more = keep_recordings(store, PEOPLE[:1], RPS)
        assert (more.known, len(store.runs())) == (False, 2)  # other people are another run


def test_an_interrupted_import_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    add = RunWriter.add_round

    def fails(self: RunWriter, *arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:  # in the middle of a match
            raise KeyboardInterrupt
        add(self, *arguments)  # type: ignore[arg-type]

    with Store.open(tmp_path / "a.db", create=True) as store:
        with monkeypatch.context() as patch:
            patch.setattr(RunWriter, "add_round", fails)
            with pytest.raises(KeyboardInterrupt):
                keep_recordings(store, PEOPLE, RPS)
        with pytest.raises(InputError, match="no recorded people yet"):
            recorded_run(store)
        assert not keep_recordings(store, PEOPLE, RPS).known
        assert stored(store) == WHOLE


def test_recordings_are_merged_like_any_run(tmp_path: Path) -> None:
    for name in ("a.db", "b.db"):
        with Store.open(tmp_path / name, create=True) as store:
            keep_recordings(store, PEOPLE, RPS)
    merge([tmp_path / "a.db", tmp_path / "b.db"], tmp_path / "c.db")
    with Store.open(tmp_path / "c.db") as store:
        assert len(store.runs()) == 1
        assert stored(store) == WHOLE


def test_recordings_are_no_match_of_the_app(tmp_path: Path) -> None:
    with Store.open(tmp_path / "a.db", create=True) as store:
        keep_recordings(store, PEOPLE[:1], RPS)
        assert store.last_match(SITTING) is None


def test_a_run_without_people_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "a.db")
    with Store.open(tmp_path / "a.db") as store:
        with pytest.raises(InputError, match="no recorded people yet"):
            recorded_run(store)
        with pytest.raises(InputError, match="has no recorded people"):
            recorded_run(store, store.run(None).name)
