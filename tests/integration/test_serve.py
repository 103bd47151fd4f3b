"""`arena serve` with a real SGLang on the CPU: one server, two behind a router, and what ends them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from arena.backends.sglang.serving.launching import serving
from arena.backends.sglang.serving.plan import Command, Plan
from arena.errors import ExitCode, ModelError
from benchmarks.support.sglang_server import ENVIRONMENT, OPTIONS, PYTHON, free_port
from tests.support.commands import SMOLLM2, arena, begun, check_whole, last_words, wait_for

pytestmark = pytest.mark.sglang

KEY = "a-key-for-tests"
# several servers share two cores: one thread each
HERE = ENVIRONMENT | {"ARENA_API_KEY": KEY, "OMP_NUM_THREADS": "1"}


@pytest.fixture(autouse=True)
def installed() -> None:
    if not PYTHON.exists():
        pytest.skip("SGLang is not installed: make test-sglang does that")


def serve(folder: Path, port: int, logs: Path, *more: str) -> tuple[str | Path, ...]:
    options = ("--device", "cpu", "--dtype", "float32", "--port", str(port), "--python", PYTHON, "--logs", logs)
    return ("serve", folder, *options, *more, "--", *OPTIONS)


def address(process: subprocess.Popen[str]) -> str:
    """What a server prints once it is ready."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr and process.stderr.read()
    return line.strip()


def leaders(of: subprocess.Popen[str]) -> set[int]:
    """The programs that `arena serve` has started: each leads a session of its own."""
    found = set()
    for process in processes():
        try:
            _, parent, _, session, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(parent) == of.pid and int(session) == process:
            found.add(process)
    return found


def left(sessions: set[int]) -> list[int]:
    """The processes of these sessions that haven't ended."""
    found = []
    for process in processes():
        try:
            state, _, _, session, *_ = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(session) in sessions and state != "Z":
            found.append(process)
    return found


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def test_ctrl_c_ends_a_server_and_all_that_it_started(smollm2_folder: Path, tmp_path: Path) -> None:
    port = free_port()
    with begun(*serve(smollm2_folder, port, tmp_path / "logs"), env=HERE) as process:
        assert address(process) == f"http://127.0.0.1:{port}"
        sessions = leaders(process)
        assert len(sessions) == 1 and len(left(sessions)) > 2  # a scheduler and a detokenizer at least
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate()
    assert process.returncode == ExitCode.DONE, stderr
    assert "ready: arena tournament --subject llm:sglang:" in stderr and stderr.splitlines()[-1] == "arena: stopped"
    assert not left(sessions)


def test_two_servers_behind_a_router_play_until_one_is_killed(smollm2_folder: Path, tmp_path: Path) -> None:
    port, store, logs = free_port(3), tmp_path / "run.db", tmp_path / "logs"
    with begun(*serve(smollm2_folder, port, logs, "--replicas", "2"), env=HERE) as process:
        url = address(process)
        run = ("tournament", "--subject", f"llm:{SMOLLM2}@sglang:{url}", "--games", "30", "--rounds", "3")
        refused = arena(*run, "--store", tmp_path / "no.db", code=ExitCode.MODEL, env={"ARENA_API_KEY": "another"})
        assert "refuses the key" in last_words(refused.stderr, ExitCode.MODEL)
        arena(*run, "--store", store, env=HERE)
        check_whole(store, 30, 3)
        batches = [(logs / f"{port + number}.log").read_text().count("Prefill batch") for number in (1, 2)]
        assert min(batches) > 0.2 * max(batches), batches
        sessions = leaders(process)
        assert len(sessions) == 3  # two servers and the router
        mark = f"--port\0{port + 1}\0"
        (first,) = [pid for pid in sessions if mark in Path(f"/proc/{pid}/cmdline").read_text()]
        os.kill(first, signal.SIGKILL)
        _, stderr = process.communicate()
    assert process.returncode == ExitCode.MODEL
    assert re.search(r"arena: the server 1 has ended \(status -9\)", stderr.splitlines()[-1])
    assert KEY not in stderr
    wait_for(lambda: not left(sessions))


def test_what_a_server_says_when_it_can_t_start_is_told(smollm2_folder: Path, tmp_path: Path) -> None:
    command = [*serve(smollm2_folder, free_port(), tmp_path / "logs"), "--quantization", "no-such"]
    stderr = arena(*command, code=ExitCode.MODEL, env=HERE).stderr
    assert "invalid choice: 'no-such'" in stderr
    assert "has ended (status 2): all of its output is in" in stderr.splitlines()[-1]


def test_a_port_that_is_taken_while_a_model_loads_ends_the_wait(tmp_path: Path) -> None:
    """SGLang looks for its port again once the model is loaded; without it, it neither serves nor ends."""
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        program = (
            "import socket, sys, time\n"
            "try: socket.socket().bind(('127.0.0.1', int(sys.argv[1])))\n"
            "except OSError as error: print(error.strerror.lower(), flush=True); time.sleep(600)"
        )
        command = Command(
            "server",
            (sys.executable, "-c", program, str(port)),
            f"http://127.0.0.1:{port}",
            f"http://127.0.0.1:{port}/health",
        )
        with (
            pytest.raises(ModelError, match=f"can't listen at http://127.0.0.1:{port}"),
            serving(Plan("any", (command,), None, command.url, 0), tmp_path / "logs", 60.0, lambda line: None),
        ):
            raise AssertionError("it was taken for ready")
