"""From a catalog entry to its state, and to a GGUF file on this machine, checked before native code sees it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from arena.backends.backend import BACKENDS, find_backend
from arena.backends.weights import hub
from arena.backends.weights.catalog import ModelEntry
from arena.backends.weights.gguf import check_gguf, shards
from arena.backends.weights.packages import Show, package, to_standard_error
from arena.errors import ArenaError, InputError, ModelError
from arena.extras import install, need
from arena.files import from_home


def state(entry: ModelEntry) -> str:
    """Whether a model is ready here, in a word, or what to do."""
    if entry.fault:
        return entry.fault
    try:
        with BACKENDS.blaming(entry.backend):
            return find_backend(entry.backend).state(entry)
    except ArenaError as error:
        return str(error)


def verified(entry: ModelEntry) -> tuple[Path, str] | None:
    """A model's file or folder with its digest; None if its backend can't verify weights. Raises ArenaError for weights
    that can't be had, or are damaged."""
    backend = find_backend(entry.backend)
    if backend.unverified:
        return None
    with BACKENDS.blaming(entry.backend):
        return backend.verified(entry)


def locate(
    entry: ModelEntry, progress: Callable[[str], None] = lambda line: None, show: Show = to_standard_error
) -> Path:
    """The GGUF file of a model (the first, if it is split), downloaded or put together if need be, and checked.

    Steps that may take a while are reported to `progress`, as lines to be shown while they last; `show` gets the
    weights' terms. Raises ModelError if it can't be had here, InputError if it isn't a complete GGUF file.
    """
    kind, _, rest = entry.weights.partition(":")
    if kind == "package":
        found = package(rest)
        if not found.installed:
            raise ModelError(f"the weights of {entry.name} aren't installed: {install(found.extra)}")
        path = found.file(show)
    elif kind == "hub":
        raise ModelError(
            f"{entry.name} is a repository of safetensors ({rest}), which llama.cpp can't read: say where else it is, "
            f"llm:{entry.name}@sglang:http://host:30000 or llm:{entry.name}@transformers, or get it as a GGUF file and "
            f"name that, llm:{entry.name}@llama.cpp:/path/to/file.gguf"
        )
    elif kind == "hf":
        path = _download(rest, progress)
    else:
        path = from_home(entry.weights)
    check_gguf(path)
    return shards(path)[0]


def _download(place: str, progress: Callable[[str], None]) -> Path:
    """A file in a hub's repository, `ORG/NAME/FILE.gguf`, from the hub's cache or over the network."""
    parts = place.split("/")
    if len(parts) < 3 or not all(parts):
        raise InputError(f"hf:{place}: a file on the hub is written hf:ORG/NAME/FILE.gguf")
    need(f"hf:{place}", "hub")
    from huggingface_hub import hf_hub_download

    repository, file = "/".join(parts[:2]), "/".join(parts[2:])
    found = []
    with hub.sentences(place, f"hf:{place}", "name a file with llama.cpp:/path/to/file.gguf"):
        for shard in map(str, shards(Path(file))):
            progress(f"asking the hub for {shard}")
            found.append(Path(hf_hub_download(repository, shard, tqdm_class=_bar(shard, progress))))
    return found[0]


def _bar(file: str, progress: Callable[[str], None]) -> type[Any]:
    """A progress bar for the hub's library that says in words how far the download is."""
    from tqdm import tqdm

    class Told(tqdm):  # type: ignore[misc]  # tqdm is untyped
        def display(self, *_: object, **__: object) -> None:
            done, total = f"{self.n / 1e6:,.0f}", f" of {self.total / 1e6:,.0f}" if self.total else ""
            progress(f"downloading {file}: {done}{total} MB")

        def __init__(self, *args: object, **options: object) -> None:
            options["disable"] = False  # the library disables bars without a terminal
            super().__init__(*args, **options)

    return Told
