"""Serving a model: the plan's programs are started, waited for, watched and ended."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from arena.backends.keys import authorization, key
from arena.backends.machine import gpus
from arena.backends.sglang.serving.plan import Command, Plan, Wishes
from arena.backends.sglang.serving.processes import Program, answers, stop
from arena.errors import InputError, ModelError

Tell = Callable[[str], None]

_PAUSE = 0.5
_TELL_SECONDS = 15.0  # between two notices while a model is being loaded
_LINES_SHOWN = 12  # of a log's end
_TAKEN = "address already in use"
_INSTALL = "pip install sglang sglang-router (in an environment of its own), and name its Python with --python"


def check(plan: Plan, wishes: Wishes, python: str) -> None:
    """Raise InputError for ports that are taken, ModelError without SGLang or enough GPUs."""
    for module in ("sglang", *(("sglang_router",) if plan.router else ())):
        if not _has(python, module):
            raise ModelError(f"{python} has no {module}: {_INSTALL}")
    needed = plan.gpus * len(plan.servers)
    if wishes.device == "cuda" and (there := len(gpus())) < needed:
        raise ModelError(
            f"{needed} GPU{'s are' if needed > 1 else ' is'} needed, and nvidia-smi lists {there}: "
            "fewer --replicas or --gpus, or --device cpu for a small model"
        )
    for command in plan.commands:
        port = int(command.url.rpartition(":")[2])
        host = "127.0.0.1" if command in plan.servers and plan.router else wishes.host
        _check_port(host, port)


@contextmanager
def serving(plan: Plan, folder: Path, patience: float, tell: Tell) -> Iterator[list[Program]]:
    """Start all programs, wait until they are ready, and end them afterwards. Raises ModelError if one ends, or takes
    longer than `patience` seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    running: list[Program] = []
    try:
        running += [_start(command, folder, tell) for command in plan.servers]
        _wait(plan.servers, running, patience, tell)
        if plan.router:
            running.append(_start(plan.router, folder, tell))
            _wait(plan.commands, running, patience, tell)
        yield running
    finally:
        if running:
            tell("stopping")
            stop(running)


def watch(plan: Plan, running: Sequence[Program], tell: Tell) -> None:
    """Wait as long as all are running. Raises ModelError when one has ended."""
    while True:
        _check(plan.commands, running, tell)
        time.sleep(_PAUSE)


def _start(command: Command, folder: Path, tell: Tell) -> Program:
    log = folder / f"{command.url.rpartition(':')[2]}.log"
    log.write_bytes(b"")
    tell(f"{command.name}: starting, its output is in {log}")
    return Program(command.arguments, command.environment, log)


def _wait(commands: Sequence[Command], running: Sequence[Program], patience: float, tell: Tell) -> None:
    """Wait until every one answers."""
    started = told = time.monotonic()
    waiting = list(commands)
    while True:
        _check(commands, running, tell)
        _check_bound(commands, running)
        waiting = [command for command in waiting if not answers(command.ready, authorization(command.url, key()))]
        if not waiting:
            return
        now = time.monotonic()
        if now - started > patience:
            raise ModelError(
                f"not ready after {now - started:.0f} seconds: {', '.join(command.name for command in waiting)} "
                "(--patience waits longer)"
            )
        if now - told > _TELL_SECONDS:
            told = now
            tell(f"loading, {now - started:.0f} s: {', '.join(command.name for command in waiting)}")
        time.sleep(_PAUSE)


def _check(commands: Sequence[Command], running: Sequence[Program], tell: Tell) -> None:
    for command, program in zip(commands, running, strict=False):
        if program.ended is not None:
            for line in [line for line in program.said().splitlines() if line.strip()][-_LINES_SHOWN:]:
                tell(f"{command.name}: {line}")
            raise ModelError(
                f"the {command.name} has ended (status {program.ended}): all of its output is in {program.log}"
            )


def _check_bound(commands: Sequence[Command], running: Sequence[Program]) -> None:
    """Another program may have taken a port while a model was being loaded; SGLang then neither serves nor ends."""
    for command, program in zip(commands, running, strict=False):
        if _TAKEN in program.said():
            raise ModelError(
                f"the {command.name} can't listen at {command.url}, because another program has taken its port "
                f"meanwhile: choose another --port (its output is in {program.log})"
            )


def _has(python: str, module: str) -> bool:
    program = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    try:
        return subprocess.run([python, "-c", program], capture_output=True, stdin=subprocess.DEVNULL).returncode == 0
    except OSError as error:
        raise InputError(f"--python {python}: {error.strerror}") from error


def _check_port(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, UnicodeError) as error:  # UnicodeError for a name that can't be a host's
        why = getattr(error, "strerror", error)
        raise InputError(
            f"{host} port {port} can't be opened ({why}): choose another --port; with --replicas, those "
            "after it are used too"
        ) from error
