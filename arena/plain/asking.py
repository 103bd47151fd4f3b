"""Questions: one of several, a number. Whatever can't be understood is asked again, after a sentence that says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from arena.errors import ArenaError
from arena.plain.answers import clipped, one_of
from arena.plain.lines import Lines

_MOST_DIGITS: Final = 18


class Option(NamedTuple):
    """An answer that can be chosen by its number or its name."""

    value: str
    name: str


async def choose(
    lines: Lines,
    question: str,
    options: Sequence[Option],
    usual: str | None = None,
    typed: Callable[[str], str] | None = None,
) -> str:
    """The value that was chosen. Enter alone chooses the one that is `usual`, or else the first. Other words go to
    `typed`, which makes a value of them or raises ArenaError. Raises Left."""
    at_first = next((at for at, option in enumerate(options) if option.value == usual), 0)
    lines.say(question, *(f"  {at}. {option.name}" for at, option in enumerate(options, 1)))
    while True:
        said = await lines.ask(f"A number from 1 to {len(options)}, or Enter for {at_first + 1}:")
        if not said:
            return options[at_first].value
        found = one_of(said, [option.name for option in options])
        if len(found) == 1:
            return options[found[0]].value
        if typed is None:
            lines.say(f"{clipped(said)} isn't among the choices: type a number from 1 to {len(options)}.")
            continue
        try:
            return typed(said)
        except ArenaError as error:
            lines.say(f"{error}.")


async def number(lines: Lines, question: str, usual: int, most: int) -> int:
    """A whole number from 1 to `most`. Enter alone means the `usual` one. Raises Left."""
    while True:
        said = await lines.ask(f"{question} A number from 1 to {most:,}, or Enter for {usual:,}:")
        if not said:
            return usual
        if said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS and 1 <= int(said) <= most:
            return int(said)
        lines.say(f"{clipped(said)} isn't a whole number from 1 to {most:,}.")
