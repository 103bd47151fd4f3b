"""What identifies the weights that transformers loads, without loading them."""

from __future__ import annotations

from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from arena.backends.files import check_gguf, fingerprint
from arena.errors import InputError, ModelError

_INSTALL = "pip install 'predictability-arena[torch]'"


def check_place(place: str) -> None:
    """Refuse what can't be loaded: ModelError without the libraries, InputError for a place that holds no weights."""
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ModelError(f"transformers:{place} needs torch and transformers: {_INSTALL}")
    source = Path(place).expanduser()
    if source.is_file():
        check_gguf(source)
    elif source.is_dir():
        if not (source / "config.json").is_file():
            raise InputError(f"{place} is no model's folder: it has no config.json")
        if not list(source.glob("*.safetensors")):
            raise InputError(f"{place} has no safetensors file; weights in other files (pickles) are not loaded")
    elif place.startswith((".", "/", "~")) or place.count("/") != 1 or not all(place.split("/")):
        raise InputError(f"there is no {place}: name a folder, a GGUF file, or a hub's repository as ORG/NAME")


def identity(place: str) -> str:
    """The weights' digest; for a repository of the hub, which is not on this machine yet, its name."""
    check_place(place)
    source = Path(place).expanduser()
    if source.is_file():
        return f"sha256:{fingerprint(source)}"
    if source.is_dir():
        digests = [f"{file.name}:{fingerprint(file)}" for file in sorted(source.glob("*.safetensors"))]
        return f"sha256:{sha256(' '.join(digests).encode()).hexdigest()}"
    return f"hub:{place}"
