"""TOML files as people write them: catalogs of models, suites, wordings."""

from __future__ import annotations

import tomllib
from importlib.resources.abc import Traversable
from typing import Any

from arena.errors import InputError


def read_toml(file: Traversable, what: str) -> dict[str, Any]:
    """The tables of a file, which is meant to be a `what`. Raises InputError if it can't be read or isn't TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))  # editors on Windows begin with a byte-order mark
    except OSError as error:
        raise InputError(f"the {what} {file} can't be read: {error.strerror}") from error
    except RecursionError:
        raise InputError(f"the {what} {file} is nested too deep to be read") from None
    except ValueError as error:  # also bytes that aren't UTF-8, and whole numbers of thousands of digits
        raise InputError(f"the {what} {file} isn't TOML: {error}") from error
