"""What identifies a model that is served: what its servers say, and the files that Arena reads itself."""

from __future__ import annotations

from arena.backends.server import ServerSettings
from arena.backends.sglang.info import addresses, one_model, served
from arena.backends.sglang.tokenizer import tokenizer_folder
from arena.backends.tokenizer import FILES
from arena.backends.weights.catalog import ModelEntry
from arena.backends.weights.fingerprints import files_digest


def identity(entry: ModelEntry, settings: ServerSettings) -> str:
    """What the servers say of their model, with a digest of its tokenizer's files. Raises ModelError or InputError."""
    found = one_model(addresses(entry.place), served(entry.place, settings))
    folder = tokenizer_folder(found, entry.repository)
    digest = files_digest(file for file in map(folder.joinpath, FILES) if file.is_file())
    return f"{found.identity}|tokenizer=sha256:{digest}"


def former_identity(entry: ModelEntry, settings: ServerSettings) -> str:
    """The same by an older rule, which asked servers for less and read no file. Raises ModelError or InputError."""
    return one_model(addresses(entry.place), served(entry.place, settings)).former_identity
