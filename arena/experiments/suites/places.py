"""Where things stand in a suite's file, so that a message about one of them can name its line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from arena.errors import ArenaError, InputError


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a suite's file, or all that the file says outside its parts (`part` is then ""): its first line, the
    line of each of its keys, and what it says."""

    file: str
    part: str = ""
    line: int = 1
    lines: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, Any] = field(default_factory=dict)

    def fault(self, what: str, key: str = "") -> InputError:
        """The error for something wrong here, or with one of the keys."""
        where = [f"the suite {self.file}, line {self.lines.get(key, self.line)}"]
        where += [f"`{key}` of {self.part}" if self.part else f"`{key}`"] if key else [self.part] if self.part else []
        return InputError(f"{', '.join(where)}: {what}")

    def blame(self, error: ArenaError) -> InputError:
        """The same for an error that was raised about what this part says. Its key is the one whose value the error
        names, if it names one."""
        sentence = str(error)
        named = [
            (len(text), key) for key, value in self.said.items() for text in _as_shown(value) if _names(sentence, text)
        ]
        return self.fault(sentence, max(named)[1] if named else "")


def _as_shown(value: Any) -> Iterator[str]:
    """How a message may show a value, or one of a list's."""
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, str):
            yield from filter(None, (one, one.partition(":")[2]))  # a model may be named without its `llm:`
        elif isinstance(one, (int, float)) and not isinstance(one, bool):
            yield f"{one:,}"


def _names(sentence: str, text: str) -> bool:
    """Whether a sentence has a text in it as a whole word."""
    return re.search(rf"(?<!\w){re.escape(text)}(?!\w)", sentence) is not None
