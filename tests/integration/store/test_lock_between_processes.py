"""One writer a run, whatever becomes of its process; two processes that write two runs of one store at once."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from arena.errors import ExitCode
from arena.store import Store, lock
from tests.integration.store.conftest import Start


def begun(process: subprocess.Popen[str]) -> str:
    """The run that the process has begun."""
    assert process.stdout and process.stderr
    words = process.stdout.readline().split()
    assert words[:1] == ["begun"], process.stderr.read()
    return words[1]


def test_a_second_writer_is_refused_until_the_first_is_done(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "arena.db"
    first = start(path, 0, 1, "hold")
    run = begun(first)
    second = start(path, 0, 1)
    _, said = second.communicate(timeout=60)
    assert second.returncode == ExitCode.STORE
    assert f"the run {run} in {path} is being written by process {first.pid}" in said
    with Store.open(path) as store:
        assert store.writer_of(store.run(None)) == first.pid
    first.communicate(timeout=60)
    assert first.returncode == 0
    with Store.open(path) as store:
        assert store.writer_of(store.run(None)) is None
        assert store.run(None).finished
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_a_killed_writer_holds_nothing(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "arena.db"
    first = start(path, 0, 1, "hold")
    begun(first)
    first.send_signal(signal.SIGKILL)
    first.wait()
    second = start(path, 0, 1)
    assert second.wait(timeout=60) == 0
    assert not list(tmp_path.glob("*.lock"))


def test_a_forked_child_has_no_part_in_the_lock(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    held = lock.RunLock.take(store, "run")
    go, done = os.pipe()
    child = os.fork()
    if child == 0:  # lives on when the parent gives up, and must neither hold the lock nor remove its file
        os.close(done)
        held.give_up()
        os.read(go, 1)
        os._exit(0)
    try:
        assert lock.holder(store, "run") == os.getpid()
        assert lock.lock_path(store, "run").exists()
        os.close(held._descriptor)  # as the end of this process would
        lock._held.discard(held._descriptor)
        lock.RunLock.take(store, "run").give_up()
    finally:
        os.close(done)
        os.close(go)
        os.waitpid(child, 0)


def test_two_runs_are_written_at_once(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "arena.db"
    writers = [start(path, seed, 40) for seed in (1, 2)]
    for process in writers:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
    with Store.open(path) as store:
        runs = store.runs()
        assert len({run.name for run in runs}) == 2
        for run in runs:
            assert run.finished
            assert [cell.done for cell in store.cells(run)] == [40, 40]
