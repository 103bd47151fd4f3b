"""Reading a document that may be longer than what a model sees at once: overlapping windows, of which each scores only
the tokens that the one before didn't reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Window(NamedTuple):
    """The tokens of a document from `start` to `end`, of which those from `first` on are scored."""

    start: int
    first: int
    end: int


def windows(length: int, size: int, stride: int) -> Iterator[Window]:
    """The windows over a document of `length` tokens. Each has at most `size` tokens and goes `stride` tokens further
    than the one before; `stride` is at most `size`. Every token is scored once, and after the first window with at
    least `size - stride` tokens before it."""
    start, first = 0, 0
    while first < length:
        end = min(length, size if not first else first + stride)
        start = max(0, end - size)
        yield Window(start, first, end)
        first = end
