"""How much memory the app and the workers of its models hold while a show goes on untouched."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from benchmarks.support.memory import family, own
from benchmarks.support.terminal import Terminal, app

SETTLED: Final = 60  # rounds after which nothing is loaded any more: three matches with their cards
_AT: Final = re.compile(r"game (\d+) · round (\d+) of (\d+)")


class Held(NamedTuple):
    """What is held after so many minutes and rounds, in MiB of the processes' own, without the pages of files."""

    minutes: int
    rounds: int
    app: float
    workers: float


def show(subject: str, opponent: str, minutes: int, rounds: int = 0) -> Iterator[Held]:
    """A look every minute at a show of rock-paper-scissors at its usual pace, for so many minutes and rounds."""
    words = ("play", "--game", "rps", "--subject", subject, "--opponent", opponent, "--show", "--store", "show.db")
    with app(*words) as terminal:
        terminal.until(lambda text: _AT.search(text) is not None and "round 0 of" not in text)
        begun = time.monotonic()
        number = seen = 0
        while number < minutes or seen < rounds:
            number += 1
            terminal.idle(begun + 60 * number - time.monotonic())
            terminal.until(lambda text: _AT.search(text) is not None)
            first, *others = family(terminal.process)
            seen = _rounds(terminal)
            yield Held(number, seen, own(first), sum(map(own, others)))
        terminal.leave()


def _rounds(terminal: Terminal) -> int:
    """How many rounds were played, by the title."""
    found = _AT.search(terminal.text)
    assert found is not None, terminal.text
    game, at, of = map(int, found.groups())
    return (game - 1) * of + at


def growth(held: Sequence[Held], what: Callable[[Held], float]) -> float:
    """How many MiB more are held at the end than once everything was loaded."""
    return what(held[-1]) - what(next((one for one in held if one.rounds >= SETTLED), held[0]))
