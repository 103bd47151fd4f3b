"""The command line in this process: quick, and by its own entry point."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from arena.cli.main import main


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def arena(*arguments: str, stdin: bytes = b"", encoding: str = "utf-8") -> Ended:
    """Run a command. An exception that leaves `main` is a bug, and the caller's to see."""
    streams = [io.TextIOWrapper(io.BytesIO(data), encoding=encoding) for data in (stdin, b"", b"")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["arena", *arguments])
        for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
            patch.setattr(sys, name, stream)
        code = _code()
    for stream in streams[1:]:
        stream.flush()
    out, err = (stream.buffer.getvalue().decode(encoding) for stream in streams[1:])  # type: ignore[attr-defined]
    return Ended(code, out, err)


def _code() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def refused(arguments: Sequence[str], code: int) -> str:
    """The last line of a refusal: nothing goes to standard output."""
    ended = arena(*arguments)
    assert ended.code == code and not ended.out, ended
    return ended.err.splitlines()[-1]
