"""TOML files as people write them: catalogs of models, suites, wordings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final

from arena.errors import InputError

_LONGEST: Final = 500  # lines of a value, above which later ones are not looked for

Keys = tuple[str | int, ...]  # ("numbers", 0, "n"): the key n of the first [[numbers]]


def read_toml(file: Traversable, what: str) -> dict[str, Any]:
    """The tables of a file, which is meant to be a `what`. Raises InputError if it can't be read or isn't TOML."""
    return parse_toml(read_text(file, what), file, what)


def read_text(file: Traversable, what: str) -> str:
    """The text of such a file. Raises InputError if it can't be read."""
    try:
        return file.read_text(encoding="utf-8-sig")  # editors on Windows begin with a byte-order mark
    except OSError as error:
        raise InputError(f"the {what} {file} can't be read: {error.strerror}") from error
    except ValueError as error:  # bytes that aren't UTF-8
        raise InputError(f"the {what} {file} isn't TOML: {error}") from error


def parse_toml(text: str, file: Traversable, what: str) -> dict[str, Any]:
    """The tables in the text of such a file. Raises InputError if it isn't TOML."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(f"the {what} {file} is nested too deep to be read") from None
    except ValueError as error:  # also whole numbers of thousands of digits
        raise InputError(f"the {what} {file} isn't TOML: {error}") from error


def lines_of(text: str) -> dict[Keys, int]:
    """The line, counted from 1, on which each key and each table of a TOML text stands.

    Values can go over several lines, and strings can look like keys. So the text is cut where TOML's own reader says:
    a statement ends at the first line that makes it complete.
    """
    found: dict[Keys, int] = {}
    counts: dict[Keys, int] = {}
    here: Keys = ()
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


def _table(said: Mapping[str, Any], counts: dict[Keys, int]) -> Keys:
    """The path of the table that a header begins. `counts` are the elements so far of each list of tables."""
    path: Keys = ()
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


def _paths(said: Mapping[str, Any]) -> Iterator[Keys]:
    """The key of a statement, and those within it if it is dotted or its value is a table."""
    for key, value in said.items():
        yield (key,)
        if isinstance(value, dict):
            for inner in _paths(value):
                yield (key, *inner)
