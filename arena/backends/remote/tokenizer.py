"""The tokenizer of a model that a server serves: from its folder, or from the hub's repository of the same model."""

from __future__ import annotations

from pathlib import Path

from arena.backends.local.tokenizing import TokenizerProcess
from arena.backends.tokenizer import FILES
from arena.backends.weights.hub import snapshot
from arena.concurrency import aside
from arena.errors import InputError, ModelError


def tokenizer_folder(place: str, repository: str, example: str) -> Path:
    """The folder with its files on this machine: `place`, where the server says that they are, or that of the hub's
    `repository`. Raises ModelError if they can't be had; `example` is how a person names a catalog entry instead."""
    folder = Path(place)
    if folder.is_dir():
        return folder
    repository = repository or place
    if repository.count("/") != 1 or repository.startswith(("/", ".", "~")):
        raise ModelError(
            f"the server's tokenizer is in {place}, which is not on this machine: name a catalog entry of the "
            f"same model before the address, as in {example}"
        )
    return snapshot(repository, FILES)


async def served_tokenizer(name: str, place: str, repository: str, example: str) -> TokenizerProcess:
    """Load it, without torch, for the model of that name. Raises ModelError if it isn't available on this machine."""
    folder = await aside(tokenizer_folder, place, repository, example)
    try:
        return await TokenizerProcess.load(name, folder)
    except InputError as error:
        raise ModelError(f"the tokenizer of the model served, {place}, can't be read: {error}") from error
