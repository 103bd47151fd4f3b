"""One writer a run, within a process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from arena.errors import StoreError
from arena.store import RunSpec, Store, lock


def test_two_writers_of_one_process_are_two(tmp_path: Path, make_spec: Callable[..., RunSpec]) -> None:
    path = tmp_path / "arena.db"
    with Store.open(path, create=True) as store, Store.open(path, create=True) as other, store.begin(make_spec()):
        with pytest.raises(StoreError, match="is being written"):
            other.begin(make_spec())
        other.begin(make_spec(seed=1)).close()


def test_of_many_at_once_one_has_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes it, looks that it is alone, and gives it up; the file comes and goes all the time."""
    monkeypatch.setattr(lock, "_PATIENCE_SECONDS", 30.0)
    monkeypatch.setattr(lock, "_PAUSE_SECONDS", 0.0)
    inside: list[int] = []

    def visit(number: int) -> None:
        held = lock.RunLock.take(tmp_path / "arena.db", "run")
        inside.append(number)
        assert inside == [number]
        inside.clear()
        held.give_up()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(visit, range(400)))
    assert not list(tmp_path.iterdir())


def test_a_place_without_room_for_a_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="name another place"):
        lock.RunLock.take(tmp_path / "none" / "arena.db", "run")
