"""Runs `arena` as people do, in separate processes, and looks at what it leaves behind."""

from __future__ import annotations

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from arena.errors import ExitCode
from tests.support.forked import forge

ARENA = (sys.executable, "-m", "arena")
Argument = str | bytes | Path

# A bound on every wait, for machines that are busy with something else. No test depends on how much of it is used.
PATIENCE = 300.0

GEMMA, SMOLLM2 = "gemma-3-270m", "smollm2-135m-instruct"
UNIFORM = ("tournament", "--subject", "uniform")


def arena(
    *arguments: Argument,
    code: int = ExitCode.DONE,
    env: dict[str, str] | None = None,
    patience: float = PATIENCE,
) -> Done:
    """Run a command to its end and check its exit code. The process is forked, which saves a second."""
    return _checked(forked(*arguments, env=env, patience=patience), code)


def forked(
    *arguments: Argument,
    folder: Path | None = None,
    env: dict[str, str] | None = None,
    patience: float = PATIENCE,
) -> Done:
    """The same in a given folder, with any exit code."""
    words = [os.fsdecode(argument) for argument in arguments]
    ended = forge().run(words, folder=folder or Path.cwd(), environment=_env(env), patience=patience)
    assert ended.in_time, f"not over after {patience} seconds: arena {shlex.join(words)}"
    return Done(words, ended.code, ended.stdout.decode(), ended.stderr.decode())


def fresh(*arguments: Argument, code: int = ExitCode.DONE, env: dict[str, str] | None = None) -> Done:
    """The same in a fresh interpreter that imports only what the command needs, as when people start it."""
    return _checked(
        subprocess.run([*ARENA, *arguments], capture_output=True, text=True, timeout=PATIENCE, env=_env(env)), code
    )


Done = subprocess.CompletedProcess[str]


def _checked(done: Done, code: int) -> Done:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def complaint(*arguments: Argument, code: int, env: dict[str, str] | None = None) -> str:
    """The one sentence of a command that refuses; nothing goes to standard output."""
    done = arena(*arguments, code=code, env=env)
    assert done.stdout == ""
    return last_words(done.stderr, code)


def last_words(stderr: str, code: int) -> str:
    """The last sentence of a command: Arena's own, or click's for unknown options."""
    said = [line for line in stderr.splitlines() if line.startswith(("arena: ", "Error: "))]
    assert len(said) == 1, stderr
    assert stderr.splitlines()[-1] == said[0], stderr
    assert said[0].startswith("arena: ") or code == ExitCode.USAGE
    sentence = said[0].partition(": ")[2]
    assert len(sentence) > 15, stderr
    return sentence


@contextmanager
def begun(*arguments: Argument, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A running command, in a process group of its own that doesn't outlive the test."""
    with subprocess.Popen(
        [*ARENA, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=_env(env),
    ) as process:
        try:
            yield process
        finally:
            kill_group(process)


def kill_group(process: subprocess.Popen[str], with_: signal.Signals = signal.SIGKILL) -> None:
    """Send a signal to a command and its workers, if any are left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, with_)


def wait_for(what: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something holds. It is a failure if the process ends first."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        if process is not None and process.poll() is not None:
            assert what(), f"ended with {process.returncode} too early: {process.stderr and process.stderr.read()}"
            return
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


def _env(more: dict[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(more or {})}


# -- stores -------------------------------------------------------------------------------------------------


def count_rounds(store: Path) -> int:
    """How many rounds a store has, in finished and open matches; 0 while there is no store."""
    return _count(store, "rounds")


def is_finished(store: Path) -> bool:
    """Whether the one run in a store is marked finished."""
    return _count(store, "runs WHERE finished_games >= games") == 1


def _count(store: Path, what: str) -> int:
    try:
        # opened read-only, because SQLite would create the file
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute(f"SELECT COUNT(*) FROM {what}").fetchone()[0])
    except sqlite3.OperationalError:  # it doesn't exist, or is just being created
        return 0


def check_whole(store: Path, games: int | None = None, rounds: int | None = None) -> None:
    """Check that each match is there once, with rounds numbered from 1 without a gap, and with all prompts.

    With `games` and `rounds`, the run must also be complete: that many matches per cell, all finished, of that length.
    """
    with closing(sqlite3.connect(store)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        matches = connection.execute("SELECT cell, number, finished FROM matches").fetchall()
        played = connection.execute("SELECT cell, match, number FROM rounds ORDER BY cell, match, number").fetchall()
        cells = [cell for (cell,) in connection.execute("SELECT id FROM cells")]
    lengths = Counter((cell, match) for cell, match, _ in played)
    assert sorted(lengths) == sorted((cell, match) for cell, match, _ in matches)
    assert [number for *_, number in played] == [
        number for match in sorted(lengths) for number in range(1, lengths[match] + 1)
    ]
    if games is not None:
        assert sorted(lengths) == [(cell, match) for cell in sorted(cells) for match in range(games)]
        assert all(finished for *_, finished in matches)
        assert set(lengths.values()) == {rounds}


def exported(store: Path, out: Path) -> bytes:
    """The bytes of `rounds.csv`."""
    arena("export", "--store", store, "--to", "csv", "--out", out)
    return (out / "rounds.csv").read_bytes()


# -- workers ------------------------------------------------------------------------------------------------


def workers(of: int) -> list[int]:
    """The children of a process that are workers."""
    return [pid for pid in _processes() if _is_worker(pid) and _parent(pid) == of]


def check_gone(pids: list[int]) -> None:
    """Wait until none of these workers is left. A number that another process has since taken over doesn't count."""
    wait_for(lambda: not any(_is_worker(pid) for pid in pids))


def _processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _is_worker(pid: int) -> bool:
    # a process that has ended, but still has an entry, has an empty command line
    try:
        return b"arena.backends.local.worker" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None
