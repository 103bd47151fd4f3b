"""Lines in and lines out: what is typed or piped in, and what is said. Nothing is drawn, moved or coloured."""

from __future__ import annotations

import os
import sys
from typing import Final

import click

from arena.concurrency import aside
from arena.text import printable

_CHUNK: Final = 4096  # bytes read at once
_LONGEST: Final = 1 << 16  # bytes: a line that doesn't end before this ends there, so that memory doesn't run out


class Left(Exception):
    """Whoever plays leaves: by a word, or because nothing more can be read. Its text says which."""


class Lines:
    """Standard input and standard output. If the input isn't a terminal, what was read is printed after its question,
    so that the output reads as a whole."""

    def __init__(self) -> None:
        self._input = sys.stdin.fileno()
        self._encoding = sys.stdin.encoding
        self._echoes = not sys.stdin.isatty()
        self._read = b""  # but not yet answered with
        self._asking = False  # the question's line is still open

    def say(self, *sentences: str) -> None:
        """Print each sentence that isn't empty as a line. Text of models and people can't act on the terminal."""
        if self._asking:
            self._asking = False
            click.echo()
        for sentence in filter(None, sentences):
            click.echo(printable(sentence))

    async def ask(self, question: str) -> str:
        """The next line, without the spaces around it. Raises Left at the end of the input."""
        click.echo(f"{printable(question)} ", nl=False)
        self._asking = True
        line = await aside(self._line)
        if line is None:
            raise Left("The input has ended.")
        text = line.decode(self._encoding, "replace").strip()
        self._asking = False
        if self._echoes:
            click.echo(printable(text))
        return text

    def _line(self) -> bytes | None:
        """The bytes up to the next line break; None at the end of the input.

        They are read without `sys.stdin`: the interpreter can't end while a thread waits in there.
        """
        while b"\n" not in self._read and len(self._read) < _LONGEST:
            chunk = os.read(self._input, _CHUNK)
            if not chunk:
                rest, self._read = self._read, b""
                return rest or None
            self._read += chunk
        line, _, self._read = self._read.partition(b"\n")
        return line
