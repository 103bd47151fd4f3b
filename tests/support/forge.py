"""The process that others are forked from: everything is imported once, and each case costs a few milliseconds.

It reads cases as lines of JSON from standard input and answers each with a line when the case has ended.
`tests/support/forked.py` talks to it.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import resource
import select
import signal
import sys
import threading
import traceback
from importlib import import_module
from typing import Any, NoReturn

_PAGE = os.sysconf("SC_PAGE_SIZE")
_SIGNAL_OF_PARENTS_DEATH = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_LIBC = ctypes.CDLL(None)
# modules that commands import only when they need them
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
    ended, _, _ = select.select([handle], [], [], case["patience"])
    if not ended:
        os.killpg(child, signal.SIGKILL)
    os.close(handle)
    _, status, usage = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "ended": bool(ended),
        "work": usage.ru_utime + usage.ru_stime,
        "growth": max(0, usage.ru_maxrss * 1024 - base),
    }


def _become(case: dict[str, Any]) -> NoReturn:
    """Become the program, with its own streams, folder and environment."""
    _LIBC.prctl(_SIGNAL_OF_PARENTS_DEATH, signal.SIGKILL)  # no process outlives interrupted tests
    os.setsid()
    os.chdir(case["folder"])
    os.environ.clear()
    os.environ.update(case["environment"])
    sys.path[:0] = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    for descriptor, name, flags in (
        (0, case["stdin"], os.O_RDONLY),
        (1, case["stdout"], os.O_WRONLY),
        (2, case["stderr"], os.O_WRONLY),
    ):
        os.dup2(os.open(name, flags | (os.O_CREAT | os.O_TRUNC if descriptor else 0), 0o600), descriptor)
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  # like an interpreter's
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
            # as an interpreter ends: wait for threads, and call what was registered for the exit
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
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
