"""What is asked of a model beyond a game's own wording: to let a random string choose, or to state a distribution.

An addition is a file in `templates/NAME/STYLE.toml`. Its text follows that of the wording, and its infix, if it has
one, takes the place of the wording's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal

from arena.randomness import first_uniforms, stream
from arena.toml import read_toml

AdditionName = Literal["random-string", "stated"]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LENGTH: Final = 6  # letters of a random string: 28 bits, of which a choice needs few


@dataclass(frozen=True)
class Addition:
    """The template of a text, and of an infix ("" leaves the wording's). Both see what the wording's templates see;
    a random string is `string`."""

    label: str
    prompt: str
    infix: str

    @cached_property
    def name(self) -> str:
        """Its identity: its label and a hash of its text."""
        text = "\0".join((self.prompt, self.infix))
        return f"{self.label}@{sha256(text.encode()).hexdigest()[:8]}"


def find_addition(name: AdditionName, style: str) -> Addition:
    """The shipped addition for a style."""
    values = read_toml(files("arena.prompts") / "templates" / name / f"{style}.toml", "addition")
    prompt = values["prompt"].removeprefix("\n")  # a line break at the start only makes the file easier to read
    return Addition(values["name"], prompt, values["infix"])


def random_strings(count: int) -> Sequence[str]:
    """The first `count` random strings. They are always the same, so that a run's prompts never change."""
    names = [stream("random string", number, letter) for number in range(count) for letter in range(_LENGTH)]
    letters = [_LETTERS[int(uniform * len(_LETTERS))] for uniform in first_uniforms(names)]
    return ["".join(letters[at : at + _LENGTH]) for at in range(0, len(letters), _LENGTH)]
