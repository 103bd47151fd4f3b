"""The tokenizer of a model that a server serves: from its folder, or from the hub's repository of the same model."""

from __future__ import annotations

from pathlib import Path

from arena.backends.local.tokenizing import TokenizerProcess
from arena.backends.sglang.info import Served
from arena.backends.tokenizer import FILES
from arena.backends.weights.hub import snapshot
from arena.concurrency import aside
from arena.errors import InputError, ModelError


def tokenizer_folder(served: Served, repository: str) -> Path:
    """The folder with its files on this machine. Raises ModelError if they can't be had."""
    place = served.model.tokenizer_path
    folder = Path(place)
    if folder.is_dir():
        return folder
    repository = repository or place
    if repository.count("/") != 1 or repository.startswith(("/", ".", "~")):
        raise ModelError(
            f"the server's tokenizer is in {place}, which is not on this machine: name a catalog entry of the "
            "same model before the address, as in llm:llama-3.1-8b@sglang:http://host:30000"
        )
    return snapshot(repository, FILES)


async def served_tokenizer(name: str, served: Served, repository: str) -> TokenizerProcess:
    """Load it, without torch, for the model of that name. Raises ModelError if it isn't available on this machine."""
    folder = await aside(tokenizer_folder, served, repository)
    try:
        return await TokenizerProcess.load(name, folder)
    except InputError as error:
        raise ModelError(
            f"the tokenizer of the model served, {served.model.tokenizer_path}, can't be read: {error}"
        ) from error
