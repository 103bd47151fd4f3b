"""The worker process dies in the middle of a run: a sentence, exit 4, and the rounds so far are kept."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.support.commands import GEMMA, arena, begun, check_whole, count_rounds, last_words, wait_for, workers

pytestmark = [pytest.mark.model, pytest.mark.long]

RUN = ("tournament", "--subject", f"llm:{GEMMA}", "--games", "30", "--rounds", "4", "--threads", "1")


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSEGV])
def test_the_run_goes_on_after_its_worker_died(tmp_path: Path, death: signal.Signals) -> None:
    store = tmp_path / "run.db"
    with begun(*RUN, "--store", store) as process:
        wait_for(lambda: count_rounds(store), process)
        kept = count_rounds(store)
        (worker,) = workers(process.pid)
        os.kill(worker, death)
        stdout, stderr = process.communicate()
        assert process.returncode == ExitCode.MODEL, stderr
    assert stdout == ""
    assert "Traceback" not in stderr
    sentence = last_words(stderr, ExitCode.MODEL)
    assert f"the worker of {GEMMA} ended" in sentence
    assert death.name in sentence
    assert Path(sentence.partition("its log is ")[2].partition(" (last")[0]).is_file()
    assert kept <= count_rounds(store) < 30 * 4
    check_whole(store)
    arena(*RUN, "--store", store)
    check_whole(store, 30, 4)


def test_a_worker_that_dies_while_it_loads(tmp_path: Path) -> None:
    store = tmp_path / "run.db"
    with begun(*RUN, "--store", store) as process:
        wait_for(lambda: workers(process.pid), process)
        (worker,) = workers(process.pid)
        os.kill(worker, signal.SIGKILL)
        _, stderr = process.communicate()
        # a death in the first batch is answered with a second start, so that both ends are right
        assert process.returncode in (ExitCode.MODEL, ExitCode.DONE), stderr
    assert "Traceback" not in stderr
    if process.returncode:
        assert f"the worker of {GEMMA} ended while it loaded" in last_words(stderr, ExitCode.MODEL)
    else:
        assert "started again with cautious settings" in stderr
