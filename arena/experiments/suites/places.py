"""Where things stand in a suite's file, so that a message about one of them can name its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from arena.errors import ArenaError, InputError

_LONGEST: Final = 500  # lines of a value, above which later ones are not looked for

Path = tuple[str | int, ...]  # ("numbers", 0, "n"): the key n of the first [[numbers]]


def lines_of(text: str) -> dict[Path, int]:
    """The line, counted from 1, on which each key and each table of a TOML text stands.

    Values can go over several lines, and strings can look like keys. So the text is cut where TOML's own reader says:
    a statement ends at the first line that makes it complete.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for line, said, is_header in _statements(text):
        if is_header:
            here = _table(said, counts)
            found.setdefault(here, line)
        else:
            for path in _paths(said):
                found.setdefault((*here, *path), line)
    return found


def _statements(text: str) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """Each statement's first line, what it says by itself, and whether it is the header of a table."""
    lines = text.replace("\r\n", "\n").split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].strip() or lines[at].lstrip().startswith("#"):
            at += 1
            continue
        for end in range(at + 1, min(at + _LONGEST, len(lines)) + 1):
            try:
                said = tomllib.loads("\n".join(lines[at:end]))
            except (ValueError, RecursionError):
                continue
            yield at + 1, said, lines[at].lstrip().startswith("[")
            at = end
            break
        else:
            return


def _table(said: Mapping[str, Any], counts: dict[Path, int]) -> Path:
    """The path of the table that a header begins. `counts` are the elements so far of each list of tables."""
    path: Path = ()
    value: Any = said
    while isinstance(value, dict) and value:
        ((key, value),) = value.items()
        path = (*path, key)
        if isinstance(value, list):
            counts[path] = counts.get(path, -1) + 1
            value = value[0]
        if path in counts:
            path = (*path, counts[path])
    return path


def _paths(said: Mapping[str, Any]) -> Iterator[Path]:
    """The key of a statement, and those within it if it is dotted or its value is a table."""
    for key, value in said.items():
        yield (key,)
        if isinstance(value, dict):
            for inner in _paths(value):
                yield (key, *inner)


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
