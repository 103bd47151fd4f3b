"""Tournaments through a real SGLang server, which is killed and started again in the middle of one."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from arena.backends.base import Request, Sampling
from arena.errors import ExitCode
from benchmarks.support.sglang_server import PYTHON, Server, free_port
from tests.integration.backends import Subject
from tests.support.commands import SMOLLM2, arena, begun, check_whole, complaint, count_rounds, last_words, wait_for
from tests.support.match_prompt import ASKED, MOVES

pytestmark = pytest.mark.sglang

GAMES, ROUNDS = 100, 4


@pytest.fixture
def server(smollm2_folder: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, not started."""
    if not PYTHON.exists():
        pytest.skip("SGLang is not installed: make test-sglang does that")
    made = Server(smollm2_folder, free_port(), tmp_path / "server.log")
    yield made
    made.stop(signal.SIGKILL)


def run_of(server: Server, *more: str | Path) -> tuple[str | Path, ...]:
    name = f"llm:{SMOLLM2}@sglang:{server.url}"
    return ("tournament", "--subject", name, "--games", str(GAMES), "--rounds", str(ROUNDS), *more)


def test_a_server_that_is_killed_and_started_again_loses_nothing(server: Server, tmp_path: Path) -> None:
    store = tmp_path / "run.db"
    server.start()
    with begun(*run_of(server, "--store", store)) as process:
        wait_for(lambda: count_rounds(store) > GAMES * ROUNDS // 3, process)
        server.stop(signal.SIGKILL)
        before = count_rounds(store)
        assert before < GAMES * ROUNDS
        time.sleep(2)  # away for a while
        assert process.poll() is None
        server.start()
        stdout, stderr = process.communicate()
    assert process.returncode == ExitCode.DONE, stderr
    assert "Traceback" not in stderr and SMOLLM2 in stdout
    check_whole(store, GAMES, ROUNDS)


def test_patience_has_an_end_and_the_same_command_goes_on(server: Server, tmp_path: Path) -> None:
    store = tmp_path / "run.db"
    server.start()
    run = run_of(server, "--store", store)
    with begun(*run, "--patience", "5") as process:
        wait_for(lambda: count_rounds(store) > 20, process)
        server.stop(signal.SIGKILL)
        _, stderr = process.communicate()
    assert process.returncode == ExitCode.MODEL
    assert "has not answered for" in last_words(stderr, ExitCode.MODEL)
    kept = count_rounds(store)
    assert 20 < kept < GAMES * ROUNDS
    words = complaint(*run, "--patience", "5", code=ExitCode.MODEL)
    assert f"no server answers at {server.url}" in words
    server.start()
    arena(*run)  # with the usual patience: a server on a busy CPU may take more than five seconds to answer
    check_whole(store, GAMES, ROUNDS)


def test_a_server_that_tells_log_probabilities_after_temperature(smollm2_folder: Path, tmp_path: Path) -> None:
    if not PYTHON.exists():
        pytest.skip("SGLang is not installed: make test-sglang does that")
    server = Server(smollm2_folder, free_port(), tmp_path / "server.log", SGLANG_RETURN_ORIGINAL_LOGPROB="0")
    try:
        server.start()
        subject = Subject("sglang", f"sglang:{server.url}")
        try:
            tokens = subject.tokens(ASKED)
            whole = tuple(range(len(subject.model.vocabulary.pieces)))
            plain, hot = subject.ask(Request(tokens, whole, MOVES), Request(tokens, whole, MOVES, Sampling(2.0)))
        finally:
            subject.close()
    finally:
        server.stop()
    raw = np.array(plain.logprobs)
    expected = raw / 2 - np.log(np.exp(raw / 2).sum())
    assert np.exp(hot.logprobs) == pytest.approx(np.exp(expected), abs=1e-5)
    assert np.exp(raw).sum() == pytest.approx(1.0, abs=1e-4)


def test_a_wrong_key_is_said(server: Server, tmp_path: Path) -> None:
    server.start("--api-key", "right")
    words = complaint(
        *run_of(server, "--store", tmp_path / "run.db"), code=ExitCode.MODEL, env={"ARENA_API_KEY": "wrong"}
    )
    assert "refuses the key" in words and "ARENA_API_KEY" in words and "wrong" not in words
