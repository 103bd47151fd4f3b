"""How answers are read: rules that accept an answer or reject it, and never guess.

The rules of section 2.1 of West & Potts 2025 aren't printed ("simple rules ... removing any output that does not follow
the task specification"); these are Arena's own, described in docs/definitions.md ("Which answers count") and tested on
answers that were labelled by that description alone (tests/unit/experiments/numbers/answers.tsv). Every rule takes time
in proportion to the text: runs of characters are matched possessively or where they begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

# What isn't a choice and is skipped: the range asked for, a bound, a list's first mark, the number of a thing.
_NO_MORE = r"(?![\w%/^*]|[.,]\d)"
_TO = r"(?:-|–|—|\.{2,3}|…|to|through)"
_ASIDES = re.compile(
    r"\A\s*\(?1[.)]\s+(?=\S)"
    rf"|\b(?:between|from|range(?:\s+of)?)\s+\d+\s*(?:and|{_TO})\s*\d+{_NO_MORE}"
    rf"|(?<![\w.,/-])[01]\s*{_TO}\s*10{_NO_MORE}"
    r"|[\[({]\s*[01]\s*,(?:\s*[12]\s*,){0,2}\s*(?:(?:\.{3}|…)\s*,?\s*)?10\s*[\])}]"
    rf"|\b(?:than(?:\s+or\s+equal\s+to)?|up\s+to|at\s+(?:most|least)|python|step|round|question|example)\s+\d+{_NO_MORE}",
    re.IGNORECASE,
)
_LETTER_ASIDES = re.compile(
    r"\A\s*\(?[ai1][.):]\s+(?=\S)"
    rf"|\b(?:between|from)\s+[\"'`*]*[a-z][\"'`*]*\s*(?:and|{_TO})\s*[\"'`*]*[a-z](?![^\W_])"
    rf"|(?<![^\W_])a[\"'`*]*\s*{_TO}\s*[\"'`*]*[a-z](?![^\W_])"
    r"|[\[({]\s*a\s*,\s*(?:b\s*,\s*)?(?:c\s*,\s*)?(?:(?:\.{3}|…)\s*,?\s*)?k\s*[\])}]",
    re.IGNORECASE,
)
# their beginnings at the end of a text, where something in them would count by itself
_BEGUN = re.compile(
    r"\A\s*\(?1[.)]?\s*\Z"
    r"|\b(?:between|from|range(?:\s+of)?)\s+\d+(?:\s*(?:-|–|—|\.+|…|[a-z]+)\s*\d*)?\s*\Z"
    r"|(?<![\w.,/-])[01](?:\s*(?:-|–|—|\.+|…|t[a-z]*)\s*1?0?)?\s*\Z"
    r"|[\[({]\s*[01][\d\s,.…]*\Z",
    re.IGNORECASE,
)
_LETTERS_BEGUN = re.compile(
    r"\A\s*\(?1[.):]?\s*\Z"
    r"|\b(?:between|from)\s+[\"'`*]*[a-z][\"'`*]*(?:\s*(?:-|–|—|\.+|…|[a-z]+)\s*[\"'`*]*[a-z]?)?\s*\Z"
    r"|[\[({]\s*a\s*,[a-k\s,.…]*\Z",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[^\w\s]|\d|(?<![^\W_])[^\W\d_](?![^\W_])")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words after a value that leave it a choice. All others belong to it: 10 numbers, K Street, a letter, I think.
_AFTER_I = _words("is because since it seems sounds feels works looks comes from between")
_AFTER_A = _AFTER_I | _words("was and or as for this that which if but please again then today has popped came you i")
_AFTER = _AFTER_A | _words("so will would now just my your here")
_NEXT = r"(?:(?<![.,:])[ \t]+(?=(?P<after>[^\W\d_]+(?:-\w+)*)))?"

# a run of letters, digits and characters that may belong to a number
_RUN = re.compile(rf"(?P<run>[\w.,+%/:^*\-−–]++){_NEXT}")
_DIGIT = re.compile(r"\d")
_PLAIN = re.compile(r"0|[1-9]\d*")
_AROUND = "_*.,:-−–"  # markup, punctuation and list marks, which aren't part of a number
_BEFORE = "_*.,:"  # a minus before a number is part of it
# a number that is passed to a function or added to something: code, not an answer
_CODE = re.compile(r"\w\([^()]*\d|\+\s*\d|\d\s*\+")
_LISTED = re.compile(r",|(?<=\d)[-–](?=\d)")
_BETWEEN = re.compile(r"(?<!\w)(?!and(?!\w))[^\W\d_]++(?!\w)|[:=>→]", re.IGNORECASE)  # what separates lists of numbers

# a letter that isn't part of a word (I've, x-ray, e.g.), a name (C++) or a tag (<b>)
_LETTER = re.compile(
    rf"(?<![^\W_])(?<!<)(?<!</)(?<![^\W_]['’.-])(?P<letter>[^\W\d_])(?![^\W_]|['’.-][^\W_]|[+#]){_NEXT}"
)
_WORD = re.compile(r"[^\W_]++")
_CALL = re.compile(r"\w[(\[]")
_CLOSED = re.compile(r"[^\w\s(\[{<]|[ \t]*(?:[\r\n]|[-–—.!?:;])")
_NAMED = re.compile(r"(?:\bletter(?:\s+(?:is|was))?|[:=>→])[\s\"'`*(\[{$]*\Z", re.IGNORECASE)
_WITHIN = re.compile(r"[a-z,]\s+\Z")  # a sentence
_NEAR = 24  # how many characters before a letter may introduce it
_LARGEST = 10
_LENGTH = 10  # of a sequence


def parse_integer(text: str) -> int | None:
    """The one integer 0..10 that an answer names, however often. None for two different numbers; for one that is too
    large, negative, not an integer, in words, in code or part of a phrase; or for none at all."""
    text = _without(text, _ASIDES)
    if _CODE.search(text):
        return None
    named = set()
    for numeral in _numerals(text):
        if not _stands(numeral):
            return None
        named.add(_plain(numeral["run"]))
    return named.pop() if len(named) == 1 else None


def no_integer(text: str) -> bool:
    """Whether `parse_integer` will reject an answer that begins with this text, whatever follows."""
    text = _without(text, _ASIDES, _BEGUN)
    if _CODE.search(text):
        return True
    known = _known(text)
    complete: set[int] = set()
    for numeral in _numerals(text):
        value = _plain(numeral["run"])
        if value is None or (_end(numeral) <= known and not _stands(numeral)):
            return True
        if numeral.end("run") == len(text):  # a 1 may still become a 10
            return any(not str(other).startswith(str(value)) for other in complete)
        complete.add(value)
    return len(complete) > 1


def parse_letter(text: str, letters: Sequence[str]) -> int | None:
    """The index of the one letter that an answer names in either case. None if it names two, another, or none; the
    words "a" and "I" don't count."""
    text = _without(text, _LETTER_ASIDES)
    if _CALL.search(text) or _DIGIT.search(text):
        return None
    whole = len(_WORD.findall(text)) == 1
    named = set()
    for found in _LETTER.finditer(text):
        if found["letter"] in "aAI" or found["letter"] == "i":
            if not whole and not _is_letter(text, found):
                continue
        elif not _stands(found):
            return None
        named.add(found["letter"].casefold())
    if len(named) != 1:
        return None
    (letter,) = named
    return letters.index(letter) if letter in letters else None


def no_letter(text: str, letters: Sequence[str]) -> bool:
    """Whether `parse_letter` will reject an answer that begins with this text, whatever follows."""
    text = _without(text, _LETTER_ASIDES, _LETTERS_BEGUN)
    known = _known(text)
    # the text before an a or an I doesn't show whether it is the letter
    certain = [found for found in _LETTER.finditer(text) if _end(found) <= known and found["letter"] not in "aAiI"]
    named = {found["letter"].casefold() for found in certain}
    return (
        bool(_CALL.search(text) or _DIGIT.search(text))
        or len(named) > 1
        or not named.issubset(letters)
        or not all(map(_stands, certain))
    )


def parse_sequence(text: str) -> tuple[int, ...] | None:
    """The first ten integers of the first list that has at least ten. None if there is no such list, or if one of them
    is outside 0..10 or not an integer. Words other than "and", and colons, come before a list or end it."""
    text = _without(text, _ASIDES)
    if _CODE.search(text):
        return None
    for listed in _BETWEEN.split(text):
        entries = [part for run in _numerals(listed) for part in _LISTED.split(run["run"]) if part.strip(_AROUND)]
        if len(entries) >= _LENGTH:
            values = [_plain(entry) for entry in entries[:_LENGTH]]
            found = tuple(value for value in values if value is not None)
            return found if len(found) == _LENGTH else None
    return None


def _without(text: str, *patterns: re.Pattern[str]) -> str:
    """The text with spaces in place of the signs that are skipped; the words in them stay."""
    for pattern in patterns:
        text = pattern.sub(lambda aside: _SIGNS.sub(" ", aside.group()), text)
    return text


def _numerals(text: str) -> Iterator[re.Match[str]]:
    return (run for run in _RUN.finditer(text) if _DIGIT.search(run["run"]))


def _plain(numeral: str) -> int | None:
    """The value of a numeral in plain digits, without markup and punctuation; None for any other, or a larger one."""
    bare = numeral.lstrip(_BEFORE).rstrip(_AROUND)
    if len(bare) > len(str(_LARGEST)) or not _PLAIN.fullmatch(bare) or not bare.isascii():
        return None
    return int(bare) if int(bare) <= _LARGEST else None


def _stands(value: re.Match[str]) -> bool:
    """Whether a value is a choice of its own: it is followed by no word, another letter, or a word that allows it."""
    after = value["after"]
    return after is None or len(after) == 1 or after.casefold() in _AFTER


def _is_letter(text: str, found: re.Match[str]) -> bool:
    """Whether an "a" or an "I" in a sentence is the letter rather than the article or the pronoun."""
    letter, after, start, end = found["letter"], found["after"], found.start("letter"), found.end("letter")
    if after is not None:
        return len(after) == 1 or after.casefold() in (_AFTER_I if letter in "iI" else _AFTER_A)
    if _CLOSED.match(text, end):
        return letter in "aA" or text[end] != ","  # I, for one
    before = text[max(0, start - _NEAR) : start]
    return bool(_NAMED.search(before) or (letter == "A" and _WITHIN.search(before)))


def _end(value: re.Match[str]) -> int:
    """Where a value ends, including the word after it."""
    return value.end() if value["after"] is None else value.end("after")


def _known(text: str) -> int:
    """Up to where more text can't change a value: two characters after it are looked at."""
    return len(text.rstrip(" \t")) - 2
