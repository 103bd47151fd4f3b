"""A run that is killed or interrupted at any moment: nothing half-written, and the same command goes on."""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.support.commands import (
    ARENA,
    GEMMA,
    arena,
    begun,
    check_gone,
    check_whole,
    count_rounds,
    exported,
    is_finished,
    kill_group,
    wait_for,
    workers,
)

pytestmark = pytest.mark.long

ALL_ROUNDS = 2 * 12_000 * 10
BOTS = ("tournament", "--subject", "uniform", "--subject", "mix:rock=0.5,paper=0.3,scissors=0.2", "--games", "12000")
MODEL = ("tournament", "--subject", f"llm:{GEMMA}", "--games", "30", "--rounds", "4", "--threads", "1")


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """`rounds.csv` of the bots' run when nobody disturbs it."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    arena(*BOTS, "--store", folder / "whole.db")
    check_whole(folder / "whole.db", 12_000, 10)
    return exported(folder / "whole.db", folder / "out")


def test_ten_kills_and_the_same_bytes(tmp_path: Path, uninterrupted: bytes) -> None:
    moments = random.Random(0)
    store = tmp_path / "killed.db"
    struck = 0
    for kill in range(10):
        before = count_rounds(store)
        with begun(*BOTS, "--store", store) as process:
            if kill % 2:  # surely after something was written; the others strike anywhere, also before
                wait_for(lambda before=before: count_rounds(store) > before or is_finished(store), process)
                time.sleep(moments.uniform(0.0, 0.4))
            else:
                time.sleep(moments.uniform(0.0, 1.2))
            running = process.poll() is None
            kill_group(process)
            process.wait()
        if count_rounds(store):
            check_whole(store)
        struck += running and before < count_rounds(store) < ALL_ROUNDS
    assert struck >= 3, "too few kills struck a run in its middle"
    arena(*BOTS, "--store", store)
    check_whole(store, 12_000, 10)
    assert exported(store, tmp_path / "out") == uninterrupted


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_bots_say_how_to_go_on(tmp_path: Path, uninterrupted: bytes, stop: signal.Signals) -> None:
    store = tmp_path / "a store's name.db"
    with begun(*BOTS, "--store", store, "--display", "none") as process:
        wait_for(lambda: count_rounds(store), process)
        process.send_signal(stop)
        _, stderr = process.communicate()
        assert process.returncode == ExitCode.INTERRUPTED, stderr
    (line,) = stderr.splitlines()
    assert line.startswith("arena: interrupted; ")
    assert 0 < count_rounds(store) < ALL_ROUNDS
    check_whole(store)
    program, *arguments = shlex.split(line.partition("To go on: ")[2])
    assert program == "arena"
    subprocess.run([*ARENA, *arguments], check=True, capture_output=True)
    assert exported(store, tmp_path / "out") == uninterrupted


@pytest.mark.model
def test_three_kills_of_a_model(tmp_path: Path) -> None:
    moments = random.Random(0)
    store = tmp_path / "killed.db"
    struck = 0
    for _ in range(3):
        before = count_rounds(store)
        with begun(*MODEL, "--store", store) as process:
            wait_for(lambda before=before: count_rounds(store) > before or is_finished(store), process)
            time.sleep(moments.uniform(0.0, 0.3))
            running = process.poll() is None
            alive = workers(process.pid)
            kill_group(process)
            process.wait()
        check_gone(alive)
        check_whole(store)
        struck += running and before < count_rounds(store) < 30 * 4
    assert struck, "no kill struck the run in its middle"
    arena(*MODEL, "--store", store)
    check_whole(store, 30, 4)
    assert exported(store, tmp_path / "out").count(b"\n") == 1 + 30 * 4


@pytest.mark.model
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_model_takes_its_worker_along(tmp_path: Path, stop: signal.Signals) -> None:
    store = tmp_path / "interrupted.db"
    with begun(*MODEL, "--store", store) as process:
        wait_for(lambda: count_rounds(store), process)
        alive = workers(process.pid)
        assert alive
        if stop is signal.SIGINT:
            kill_group(process, stop)  # as a terminal does: the worker hears it too, and leaves it to its parent
        else:
            process.send_signal(stop)
        _, stderr = process.communicate()
        assert process.returncode == ExitCode.INTERRUPTED, stderr
    check_gone(alive)
    assert stderr.splitlines()[-1].startswith("arena: interrupted; ")
    assert "Traceback" not in stderr
    check_whole(store)
    _, *arguments = shlex.split(stderr.partition("To go on: ")[2])
    subprocess.run([*ARENA, *arguments], check=True, capture_output=True)
    check_whole(store, 30, 4)


@pytest.mark.model
@pytest.mark.parametrize("moment", ["as it starts", "as it plays"])
def test_no_worker_outlives_its_parent(tmp_path: Path, moment: str) -> None:
    store = tmp_path / "orphan.db"
    with begun(*MODEL, "--store", store) as process:
        wait_for(lambda: workers(process.pid), process)
        if moment == "as it plays":
            wait_for(lambda: count_rounds(store), process)
        alive = workers(process.pid)
        os.kill(process.pid, signal.SIGKILL)  # the parent alone
        process.wait()
        check_gone(alive)
