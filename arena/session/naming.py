"""A model of a person's own, as they type it: a file, a folder, a server's address; and the completion of paths."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import Final

from arena.backends.backend import DEFAULT
from arena.backends.weights.catalog import find_model, is_weights
from arena.backends.weights.finding import state
from arena.errors import InputError, UsageError
from arena.files import from_home
from arena.session.seats import is_playable
from arena.text import printable

_SERVERS: Final = ("sglang:http://", "vllm:http://", "openai:http://")
_ON_DISK: Final = ("llm:", f"{DEFAULT}:", "transformers:")  # what can stand before a path
_FILES: Final = ".gguf"
_MOST: Final = 10_000  # entries of a folder that are looked at


def named_model(text: str) -> str:
    """The agent that a person means by a path, an address, or a model's name as on the command line.

    Raises UsageError or InputError for a name that means nothing, a file that isn't there, and whatever a guest may not
    name.
    """
    name = text.strip().removeprefix("llm:")
    if not name:
        raise UsageError("type the path of a GGUF file, or an address such as sglang:http://host:30000")
    if "://" in name and not is_weights(name):
        raise UsageError(f"say what serves at {name}: sglang:{name}, vllm:{name} or openai:{name}")
    if not is_weights(name) and _is_path(name):
        path = from_home(name).absolute()
        name = f"{'transformers' if path.is_dir() else DEFAULT}:{path}"
    entry = find_model(name)
    found = state(entry)
    if not is_playable(found):
        raise InputError(f"{printable(name)}: {found}")
    return f"llm:{name}"


def _is_path(name: str) -> bool:
    return name.startswith(("~", ".")) or os.sep in name or name.lower().endswith(_FILES)


def completed(text: str) -> str | None:
    """What is typed, gone on with as far as files, folders and kinds of servers allow only one way; where there are
    several, the first of them. None if there is none."""
    for server in _SERVERS:
        if text and server.startswith(text) and text != server:
            return server
    path = text
    for kind in _ON_DISK:
        path = path.removeprefix(kind)
    if not path or "://" in path:
        return None
    folder, begun = os.path.split(path)
    found = _entries(from_home(folder or "."), begun)
    if not found:
        return None
    common = os.path.commonprefix(found)  # noqa: RUF071 - letter by letter is meant
    return text + (common if len(common) > len(begun) else found[0])[len(begun) :] or None


def _entries(folder: Path, begun: str) -> list[str]:
    """The folders and weights in a folder whose names begin like that, in order; a folder ends in a slash."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _MOST):
                name = entry.name
                if not name.startswith(begun) or not name.isprintable() or (name[0] == "." and not begun):
                    continue
                if entry.is_dir():
                    found.append(f"{name}/")
                elif name.lower().endswith(_FILES):
                    found.append(name)
    except OSError:  # no such folder, or none that may be read
        return []
    return sorted(found)
