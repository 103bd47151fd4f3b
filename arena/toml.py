"""TOML files as people write them: catalogs of models, suites, wordings."""

from __future__ import annotations

import tomllib
from importlib.resources.abc import Traversable
from typing import Any

from arena.errors import InputError


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
