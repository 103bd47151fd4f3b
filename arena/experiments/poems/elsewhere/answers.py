"""The file of answers that the page gives: one judge's, as JSON, with a checksum that shows an edit by hand.

The checksum doesn't stop somebody who means to forge a file; it catches the editor and the broken download.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

import msgspec

from arena.errors import InputError
from arena.experiments.poems.judgement import Choice

FORMAT: Final = "arena-judgements-1"


class GivenAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A choice, with the names of the pair and of the two texts as they were shown."""

    topic: str
    axis: str
    pair: str
    left: str
    right: str
    choice: Choice


class AnswerFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One judge's answers. `contests` is the key of the contests' run."""

    format: str
    contests: str
    judge: str
    answers: tuple[GivenAnswer, ...]
    checksum: str


def read_answers(file: str, data: bytes) -> AnswerFile:
    """The answers in a file that the page gave. Raises InputError for anything else, and for one that was changed."""
    try:
        found = msgspec.json.decode(data, type=AnswerFile)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(
            f"{file} isn't a file of answers, or only a part of one ({error}): save it again from the page"
        ) from error
    if found.format != FORMAT:
        raise InputError(f"{file} has the format {found.format!r:.40}, and this version of Arena reads {FORMAT!r}")
    if found.checksum != checksum(found):
        raise InputError(
            f"{file} has been changed since the page saved it (its checksum is another): "
            "give it as it was saved, or save it again from the page"
        )
    return found


def checksum(found: AnswerFile) -> str:
    """CRC-32 of everything else in the file, as eight hexadecimal digits; the page computes the same."""
    lines = [found.format, found.contests, found.judge]
    for each in found.answers:
        lines += [each.topic, each.axis, each.pair, each.left, each.right, each.choice]
    return f"{crc32(chr(10).join(lines).encode('utf-8', 'surrogatepass')):08x}"
