"""The catalog: from a model's name to its weights, its style and the other facts known about it.

A name is one of the catalog's, or gives the backend and the weights in full: `llama.cpp:/path/to/file.gguf`,
`llama.cpp:hf:REPO/FILE.gguf` (also without `llama.cpp:`), `transformers:FOLDER_FILE_OR_REPO`, `sglang:URL[,URL]`,
`openai:URL[,URL][#MODEL]`, `vllm:` likewise, or `NAME:PLACE` with the name of a backend that another package brings
(arena/backends/backend.py).
`NAME@WHERE` runs a catalog entry's wording on other weights; `NAME@transformers` on those of its own repository.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from arena.backends.backend import BACKENDS, DEFAULT, find_backend
from arena.backends.keys import named, without_logins
from arena.backends.weights.packages import PACKAGES
from arena.errors import InputError
from arena.files import own_folder
from arena.text import meant, printable
from arena.toml import read_toml

USER_CATALOG_VARIABLE: Final = "ARENA_MODELS"
_KINDS: Final = ("package", "hf", "hub")  # what comes before the colon in weights that have no path


class ModelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model. `style` and `format` are None for weights without an entry: then they are taken from the file.

    `sha256` is the weights' digest if known; `arena models --check` compares it. `repository` is the hub's name for the
    same model, if it is run from elsewhere: a server's tokenizer may have to come from there. `fault` says what is
    wrong with an entry that can't be used.
    """

    weights: str
    style: Literal["base", "instruct"] | None = None
    format: Literal["none", "tulu", "llama-instruct", "chat-template"] | None = None
    family: str = ""
    size: str = ""
    recipe: str = ""
    licence: str = ""
    sha256: str = ""
    name: str = ""
    repository: str = ""
    fault: str = ""

    @property
    def backend(self) -> str:
        """The name of its backend."""
        kind, colon, _ = self.weights.partition(":")
        return kind if colon and kind not in _KINDS and kind in BACKENDS else DEFAULT

    @property
    def place(self) -> str:
        """Where the weights are, in the form that their backend takes."""
        return self.weights.removeprefix(f"{self.backend}:")


def catalog() -> dict[str, ModelEntry]:
    """All entries by name, the user's own over the shipped ones. Raises InputError for a user's file that can't be
    read; a wrong entry has a `fault`."""
    entries = _read(files("arena.backends.weights") / "catalog.toml")
    own = user_catalog_path()
    if os.path.exists(own):
        entries |= {
            name: msgspec.structs.replace(entry, weights=named(entry.weights)) for name, entry in _read(own).items()
        }
    elif os.environ.get(USER_CATALOG_VARIABLE):
        raise InputError(f"{USER_CATALOG_VARIABLE} names {own}, but there is no such file")
    return entries


def user_catalog_path() -> Path:
    """The file that lists the user's own models: models.toml in their configuration folder, or ARENA_MODELS."""
    if named := os.environ.get(USER_CATALOG_VARIABLE):
        return Path(named)
    return own_folder("config") / "models.toml"


_in_full: frozenset[str] | None = None  # the names in full that are allowed; None: all


def close_catalog(agents: Iterable[str]) -> None:
    """From now on allow only models in the catalog, and those of these agents: whoever names a model is a guest, who
    may not look for files here or have servers asked."""
    global _in_full
    _in_full = frozenset(without_logins(agent.removeprefix("llm:")) for agent in agents)


def may_name_weights() -> bool:
    """Whether files and servers may be named that aren't in the catalog."""
    return _in_full is None


def find_model(name: str) -> ModelEntry:
    """The entry of a model by its name as typed. Raises InputError for a name that can't be one."""
    name = without_logins(name)
    if _in_full is not None and (is_weights(name) or "@" in name) and name not in _in_full:
        raise InputError(
            f"{name!r}: a guest plays with the catalog's models; whoever started `arena web` can allow files and "
            "servers with --allow-paths"
        )
    if is_weights(name):
        if "://" in name:
            catalog()  # notes which servers are the user's own, and may be sent a key
        return ModelEntry(_weights(name), name=name)
    entries = catalog()
    entry, at, where = name.partition("@")
    if entry in entries and entries[entry].fault:
        raise InputError(entries[entry].fault)
    if entry not in entries:
        hint = meant(entry, entries, "`arena models` lists them all.")
        raise InputError(
            f"there is no model {entry!r}: {hint} A file is written llama.cpp:/path/to/file.gguf, a server sglang:http://host:30000"
        )
    if not at:
        return entries[entry]
    kind, _, repository = entries[entry].weights.partition(":")
    repository = repository if kind == "hub" else ""
    if repository and where in BACKENDS and find_backend(where).takes_repositories:
        where = f"{where}:{repository}"
    if not is_weights(where):
        raise InputError(
            f"{name!r}: after the @ there should be llama.cpp:/path/to/file.gguf, hf:ORG/NAME/FILE.gguf, "
            "transformers:/path/to/folder or sglang:http://host:30000"
        )
    return msgspec.structs.replace(entries[entry], weights=_weights(where), sha256="", name=name, repository=repository)


def is_weights(text: str) -> bool:
    """Whether a model's name gives the backend and the weights in full."""
    kind, colon, _ = text.partition(":")
    return bool(colon) and (kind == "hf" or (kind not in _KINDS and kind in BACKENDS))


def _weights(text: str) -> str:
    weights = text.removeprefix(f"{DEFAULT}:")
    try:
        weights.encode()
    except UnicodeEncodeError:
        raise InputError(
            f"{printable(weights)}: a name that isn't UTF-8 text can't be stored: rename it, or link to it"
        ) from None
    kind, _, place = weights.partition(":")
    if not weights or (not place and kind in BACKENDS and kind != weights):
        raise InputError(
            f"weights {text!r} name nothing: they are written llama.cpp:/path/to/file.gguf, "
            "transformers:/path/to/folder or sglang:http://host:30000"
        )
    return weights


def _read(file: Traversable) -> dict[str, ModelEntry]:
    entries = {}
    for name, table in read_toml(file, "catalog").items():
        try:
            entries[name] = _entry(name, table)
        except (msgspec.ValidationError, InputError) as error:
            # reported when the entry is asked for, because the others are fine
            entries[name] = ModelEntry("", name=name, fault=f"the catalog {file}, entry {name!r}: {error}")
    return entries


def _entry(name: str, table: Any) -> ModelEntry:
    if isinstance(table, dict) and (given := {"name", "fault"} & set(table)):
        raise InputError(f"there is no key `{min(given)}`; the name of a model is its heading")
    entry = msgspec.convert(table, ModelEntry)
    kind, _, package = entry.weights.partition(":")
    if kind == "package" and package not in PACKAGES:
        raise InputError(f"weights: no package {package!r} is known: there are {', '.join(PACKAGES)}")
    return msgspec.structs.replace(entry, name=name, weights=_weights(entry.weights))
