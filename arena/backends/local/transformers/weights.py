"""The files that transformers loads, and what identifies them, without loading them."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Final

from arena.backends.local.settings import Settings
from arena.backends.local.transformers.device import precision
from arena.backends.weights.fingerprints import files_digest, fingerprint
from arena.backends.weights.gguf import check_gguf
from arena.backends.weights.hub import snapshot
from arena.errors import InputError
from arena.extras import need
from arena.files import from_home

# Files that are read from a folder besides its weights: configurations, and the tokenizer in all its forms.
_BESIDE: Final = (
    *("config.json", "generation_config.json", "model.safetensors.index.json"),
    *("tokenizer*", "chat_template*", "special_tokens_map.json", "added_tokens.json"),
    *("vocab*", "merges.txt", "*.model", "*.tiktoken"),
)
_SAFETENSORS: Final = "*.safetensors"
_ON_THE_HUB: Final = ("model.safetensors", "model-*-of-*.safetensors", *_BESIDE)


def check_place(place: str) -> None:
    """Refuse what can't be loaded: ModelError without the libraries, InputError for a place without weights."""
    need(f"transformers:{place}", "torch")
    source = from_home(place)
    if os.path.isfile(source):
        check_gguf(source)
    elif os.path.isdir(source):
        _check_folder(source, place)
    elif place.startswith((".", "/", "~")) or place.count("/") != 1 or not all(place.split("/")):
        raise InputError(f"there is no {place}: name a folder, a GGUF file, or a hub's repository as ORG/NAME")


def _check_folder(folder: Path, place: str) -> None:
    if not (folder / "config.json").is_file():
        raise InputError(f"{place} isn't a model's folder: it has no config.json")
    if (folder / "adapter_config.json").is_file():
        raise InputError(f"{place} holds an adapter to weights that are elsewhere: merge it into them first")
    if not list(folder.glob(_SAFETENSORS)):
        raise InputError(f"{place} has no safetensors file; weights in other files (pickles) are not loaded")


def located(place: str) -> Path:
    """The folder or GGUF file of a place. A hub's repository is downloaded in its current state, if it can be reached.

    Raises ModelError without the libraries or the files, InputError for a place without weights.
    """
    check_place(place)
    source = from_home(place)
    if source.exists():
        return source
    folder = snapshot(place, _ON_THE_HUB)
    _check_folder(folder, place)
    return folder


def identity(source: Path, settings: Settings) -> str:
    """The digest of everything that is read from a folder or file, and the precision that it is computed with.

    Raises InputError if a file can't be read.
    """
    return f"sha256:{digest(source)},{precision(settings)}"


def digest(source: Path) -> str:
    """The SHA-256 of everything that is read from a folder or file. Raises InputError if a file can't be read."""
    if source.is_file():
        return fingerprint(source)
    wanted = (_SAFETENSORS, *_BESIDE)
    return files_digest(
        file for file in source.iterdir() if any(fnmatch(file.name, name) for name in wanted) and file.is_file()
    )


def former_identity(place: str) -> str:
    """A place's identity by the older rule, when not all files counted: a folder's weights, a repository's name."""
    source = from_home(place)
    if source.is_file():
        return f"sha256:{fingerprint(source)}"
    if source.is_dir():
        digests = [f"{file.name}:{fingerprint(file)}" for file in sorted(source.glob(_SAFETENSORS))]
        return f"sha256:{sha256(' '.join(digests).encode()).hexdigest()}"
    return f"hub:{place}"
