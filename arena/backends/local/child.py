"""A child process that runs a model: how it is started, where its log goes, and how its end is described."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path

from arena.errors import ModelError
from arena.files import own_folder


async def start(module: str, log: Path) -> asyncio.subprocess.Process:
    """Run a module as a child, with its input and output piped and its standard error in its log."""
    # OpenMP's threads spin while they wait for each other; if the cores are shared with anything else, long
    # spinning costs more than half of the speed
    # if a debugger is installed, llama.cpp would end its log with pages of a stack instead of what was wrong
    environment = {"GOMP_SPINCOUNT": "2000", "GGML_NO_BACKTRACE": "1", **os.environ}
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            env=environment,
            limit=2**24,
        )


async def end(process: asyncio.subprocess.Process) -> None:
    """End a child at once, if it hasn't ended, and wait until it has: otherwise its pipes outlive the loop."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def describe(code: int) -> str:
    """How a child ended, in words: by a signal, or with an exit code."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def log_file(name: str) -> Path:
    """A new log, in the user's log folder or, if that isn't writable, in the folder for temporary files."""
    safe = "".join(letter if letter.isalnum() or letter in "-." else "-" for letter in name)[-80:]
    for folder in (own_folder("log"), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(prefix=f"{safe}-", suffix=".log", dir=folder)
            os.close(handle)
            return Path(path)
    raise ModelError("no place for the worker's log: neither the log folder nor the temporary folder can be written")


def last_words(log: Path) -> str:
    """The last line of a child's log, as a clause."""
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").split("\n")
        for line in reversed(lines):
            if line.strip():
                return f" (last: {line.strip()[:200]})"
    return ""
