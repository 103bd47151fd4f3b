"""A program of a benchmark in a process of its own, so that its memory, its threads and its crashes are its own.

It is given a task, makes itself ready, and then answers one question after another. All of it is lines of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Child:
    """A module of this package that calls `serve`. Nothing that it does before `ask` counts as the answer's time."""

    def __init__(self, module: str, task: dict[str, Any]) -> None:
        """Start it, and wait until it is ready. Exits if it fails."""
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.support.{module}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ask(task)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *what: object) -> None:
        self._process.communicate()

    def ask(self, question: Any) -> Any:
        """Its answer. Exits if it fails."""
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError):
            print(json.dumps(question), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self._module}: the child process ended with code {self._process.wait()}")
        return json.loads(line)


def serve(begin: Callable[[Any], Callable[[Any], Any]]) -> None:
    """The child's side: `begin` is given the task, and returns what answers questions."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    answer: Callable[[Any], Any] | None = None
    for line in sys.stdin:
        if answer is None:
            answer = begin(json.loads(line))
            print("true", file=answers, flush=True)
        else:
            print(json.dumps(answer(json.loads(line))), file=answers, flush=True)
