"""`arena serve` without a server: what it would start, and what it refuses."""

from __future__ import annotations

import socket
from pathlib import Path

from arena.backends.sglang.serving.plan import RAW_VARIABLE
from arena.errors import ExitCode
from tests.support.commands import arena, complaint


def test_a_dry_run_prints_commands_that_a_shell_understands_without_the_key() -> None:
    command = ("serve", "llama-3.1-8b", "--dry-run", "--replicas", "2", "--", "--log-level", "two words")
    lines = arena(*command, env={"ARENA_API_KEY": "se cret"}).stdout.splitlines()
    assert [line.split(" -m ")[1].split()[0] for line in lines] == ["sglang.launch_server"] * 2 + [
        "sglang_router.launch_router"
    ]
    assert all('--api-key "$ARENA_API_KEY"' in line and "se cret" not in line for line in lines)
    assert lines[0].startswith(f"{RAW_VARIABLE}=1 ") and lines[0].endswith("--log-level 'two words'")


def test_tempered_log_probabilities_are_a_variable_of_the_server() -> None:
    assert arena("serve", "llama-3.1-8b", "--dry-run", "--logprobs", "tempered").stdout.startswith(f"{RAW_VARIABLE}=0 ")


def test_a_python_without_sglang(tmp_path: Path) -> None:
    words = complaint("serve", "llama-3.1-8b", code=ExitCode.MODEL)
    assert "has no sglang: pip install sglang" in words and "--python" in words
    words = complaint("serve", "llama-3.1-8b", "--python", tmp_path / "python", code=ExitCode.INPUT)
    assert "No such file" in words


def test_too_few_gpus(tmp_path: Path) -> None:
    words = complaint(
        "serve", "llama-3.1-70b", "--python", imitation(tmp_path, "python"), code=ExitCode.MODEL, env={"PATH": ""}
    )
    assert "4 GPUs are needed, and nvidia-smi lists 0" in words


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        python = imitation(tmp_path, "python")
        command = ("serve", "llama-3.1-8b", "--device", "cpu", "--python", python, "--port", str(port))
        words = complaint(*command, code=ExitCode.INPUT)
    assert f"127.0.0.1 port {port} can't be opened" in words and "--port" in words


def imitation(folder: Path, name: str) -> Path:
    """A Python that says yes to whatever is asked of it, as far as `arena serve` asks before starting anything."""
    program = folder / name
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    return program
