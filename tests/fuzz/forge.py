"""The process that others are forked from: everything is imported once, and each input costs some milliseconds.

It reads cases as lines of JSON from standard input and answers each with a line, when the case has ended.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

_BUSY = 12  # times as long as it would take alone, on a machine that is busy with something else
_PAGE = os.sysconf("SC_PAGE_SIZE")
# what commands import when they need it
_MODULES = (
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "scipy.stats",
    "aiohttp",
    "tokenizers",
    "jinja2.sandbox",
    "msgspec",
    "arena.reports.tournament.figure4",
    "arena.reports.numbers.figures",
    "arena.reports.registry",
    "arena.reports.terminal",
    "arena.store.export",
    "arena.experiments.suites.running",
    "arena.backends.sglang.client",
    "arena.agents.audit",
)


def main() -> None:
    """Serve until standard input ends."""
    from arena.cli.main import COMMANDS

    for module in (*_MODULES, *(module for module, _ in COMMANDS.values())):
        import_module(module)
    base = _resident()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_run(json.loads(line), base)), flush=True)


def _run(case: dict[str, Any], base: int) -> dict[str, Any]:
    child = os.fork()
    if child == 0:
        _become(case)
    handle = os.pidfd_open(child)
    ended, _, _ = select.select([handle], [], [], _BUSY * case["seconds"])
    if not ended:
        os.killpg(child, signal.SIGKILL)
    os.close(handle)
    _, status, usage = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "hung": not ended or usage.ru_utime + usage.ru_stime > case["seconds"],
        "growth": max(0, usage.ru_maxrss * 1024 - base),
    }


def _become(case: dict[str, Any]) -> NoReturn:
    """Be the program, with its own files, folder and environment."""
    os.setsid()
    os.chdir(case["folder"])
    os.environ.update(case["environment"])
    for descriptor, name, flags in (
        (0, case["stdin"], os.O_RDONLY),
        (1, "stdout", os.O_WRONLY),
        (2, "stderr", os.O_WRONLY),
    ):
        os.dup2(os.open(name, flags | (os.O_CREAT | os.O_TRUNC if descriptor else 0), 0o600), descriptor)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  # as an interpreter has them
    sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.argv = ["arena", *case["arguments"]]
    module, _, name = case["target"].partition(":")
    code = 1
    try:
        getattr(import_module(module), name)()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            pass
        os._exit(code & 0xFF)


def _resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * _PAGE


if __name__ == "__main__":
    main()
