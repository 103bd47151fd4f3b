"""From what a model said to what counts: rules that take an answer or reject it, and never guess.

The rules of section 2.1 of West & Potts 2025 aren't printed ("simple rules ... removing any output that does not follow
the task specification"); these are Arena's own, held to answers of real models that people labelled
(tests/unit/tasks/answers.tsv).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# a run of letters, digits and what may belong to a number, with a digit in it
_NUMERAL = re.compile(r"[\w.,+%/:^*\-−–]*\d[\w.,+%/:^*\-−–]*")
_PLAIN = re.compile(r"0|[1-9]\d*")
_AROUND = "_*.,:-−–"  # markup and marks of sentences and lists, which are no part of a number
_BEFORE = "_*.,:"  # a minus before a number is part of it
# a number that a function is given, or that is added to something: code, and no answer
_CODE = re.compile(r"\w\([^()]*\d|\+\s*\d|\d\s*\+")
_WORD = re.compile(r"[^\W\d_]+")


def parse_integer(text: str, largest: int = 10) -> int | None:
    """The one integer 0..largest that an answer names, however often. None for two different numbers, one that is too
    large, negative or no integer, a number in words, one in code, or none at all."""
    if _CODE.search(text):
        return None
    named = {_plain(numeral) for numeral in _NUMERAL.findall(text)}
    if len(named) != 1:
        return None
    (value,) = named
    return value if value is not None and value <= largest else None


def no_integer(text: str, largest: int = 10) -> bool:
    """Whether an answer that begins with this text will be rejected by `parse_integer`, however it goes on."""
    numerals = list(_NUMERAL.finditer(text))
    last = numerals[-1].group() if numerals and numerals[-1].end() == len(text) else None
    values = [_plain(numeral.group()) for numeral in numerals]
    if _CODE.search(text) or any(value is None or value > largest for value in values):
        return True
    complete = set(values if last is None else values[:-1])
    # a 1 at the end may still become a 10
    return len(complete) > 1 or any(not str(value).startswith(str(values[-1])) for value in complete)


def parse_letter(text: str, letters: Sequence[str]) -> int | None:
    """The one letter that an answer names in either case, as an index. None if it names two, another, or none."""
    words = _WORD.findall(text)
    alone = {word.casefold() for word in words if len(word) == 1}
    if len(alone) != 1 or any(character.isdigit() for character in text):
        return None
    (letter,) = alone
    return letters.index(letter) if letter in letters else None


def no_letter(text: str) -> bool:
    """Whether an answer that begins with this text will be rejected by `parse_letter`, however it goes on."""
    complete = {word.group().casefold() for word in _WORD.finditer(text) if word.end() < len(text)}
    return len({word for word in complete if len(word) == 1}) > 1 or any(character.isdigit() for character in text)


def parse_sequence(text: str, length: int = 10, largest: int = 10) -> tuple[int, ...] | None:
    """The first `length` integers of an answer. None if there are fewer, or if one of them is outside 0..largest or no
    integer. What stands before a colon introduces the sequence and is no part of it."""
    found: list[int] = []
    listed = text.rpartition(":")[2]
    if _CODE.search(listed):
        return None
    for numeral in _separated(listed):
        value = _plain(numeral)
        if value is None or value > largest:
            return None
        found.append(value)
        if len(found) == length:
            return tuple(found)
    return None


def _separated(text: str) -> list[str]:
    """The numerals of a list, also where no space follows a comma."""
    return [part for numeral in _NUMERAL.findall(text) for part in numeral.split(",") if part.strip(_AROUND)]


def _plain(numeral: str) -> int | None:
    """A numeral in digits alone, markup and the sentence's marks taken off; None for another."""
    bare = numeral.lstrip(_BEFORE).rstrip(_AROUND)
    return int(bare) if _PLAIN.fullmatch(bare) and bare.isascii() else None
