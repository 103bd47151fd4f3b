"""What poems are about: the paper's ten everyday topics, and the four of them on which people judged (section 4.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arena.errors import UsageError
from arena.text import inert

TOPICS: Final = (
    "coffee", "smartphones", "traffic", "weather", "exercise", "grocery shopping", "sleep", "work", "internet",
    "television",
)  # fmt: skip
JUDGED: Final = ("coffee", "smartphones", "weather", "sleep")

_LONGEST: Final = 60  # letters


def check_topics(topics: Sequence[str]) -> tuple[str, ...]:
    """The topics without repetitions. Raises UsageError for none, or for one that can't stand in a request."""
    if not topics:
        raise UsageError("there is no topic to write on: name at least one")
    for topic in topics:
        if not topic.strip() or len(topic) > _LONGEST or inert(topic) != topic or topic != topic.strip():
            raise UsageError(f"{topic!r} can't be a topic: write a few words on one line, at most {_LONGEST} letters")
    return tuple(dict.fromkeys(topics))
