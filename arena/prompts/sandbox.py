"""Strangers' templates are rendered in a process of their own, which is ended if one uses too much: jinja2's sandbox
keeps them away from Python, but `{{ 10 ** 10 ** 9 }}` would never return.
"""

from __future__ import annotations

import atexit
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any, Final

import msgspec

SECONDS: Final = 2.0  # of work for one job; a real template needs a thousandth
PATIENCE: Final = 20.0  # seconds until it is given up on, if the machine is busy or can't count a process's work

_lock = threading.Lock()
_process: subprocess.Popen[bytes] | None = None


class TemplateError(Exception):
    """Why a template has no text: a clause, safe to print."""


def render(templates: Sequence[str], values: dict[str, Any], *, chat: bool) -> list[str]:
    """The texts of templates, all with the same values. Raises TemplateError."""
    from arena.prompts.rendering import Job, Rendered

    try:
        line = msgspec.json.encode(Job(templates, values, chat, SECONDS)) + b"\n"
    except UnicodeEncodeError as error:  # half a character
        raise TemplateError(f"it isn't valid text: {error.reason}") from error
    with _lock:
        answer, code = _ask(line)
    try:
        found = msgspec.json.decode(answer, type=Rendered)
    except msgspec.MsgspecError:
        raise TemplateError(_end(code)) from None
    if found.why:
        raise TemplateError(found.why)
    return found.texts


def _ask(line: bytes) -> tuple[bytes, int | None]:
    """The process's answer, and how it ended if it did."""
    process = _started()
    assert process.stdin is not None and process.stdout is not None
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    try:
        process.stdin.write(line)
        process.stdin.flush()
        answer = process.stdout.readline()
    except OSError:
        answer = b""
    finally:
        late.cancel()
    if not answer:
        _end_process()
    return answer, process.returncode


def _started() -> subprocess.Popen[bytes]:
    global _process
    if _process is None:
        command = [sys.executable, "-m", "arena.prompts.rendering"]
        _process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return _process


@atexit.register
def _end_process() -> None:
    global _process
    if _process is not None:
        with _process:  # closes its pipes and waits
            _process.kill()
        _process = None


def _end(code: int | None) -> str:
    if code is not None and hasattr(signal, "SIGPROF") and code == -signal.SIGPROF:
        return f"it takes more than {SECONDS:g} seconds of work"
    return f"it doesn't end within {PATIENCE:g} seconds, or ends its process ({code})"
