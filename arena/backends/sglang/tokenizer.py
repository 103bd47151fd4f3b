"""The tokenizer of a model that a server serves: from its folder, or from the hub's repository of the same model."""

from __future__ import annotations

from pathlib import Path

from arena.backends.sglang.info import Served
from arena.backends.tokenizer import FolderTokenizer
from arena.errors import ModelError

_FILES = ["tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "config.json", "generation_config.json"]


def served_tokenizer(served: Served, repository: str) -> FolderTokenizer:
    """Load it, without torch. Raises ModelError if it can't be had on this machine."""
    place = served.model.tokenizer_path
    folder = Path(place)
    try:
        if not folder.is_dir():
            repository = repository or place
            if repository.count("/") != 1 or repository.startswith(("/", ".", "~")):
                raise ModelError(
                    f"the server's tokenizer is in {place}, which is not on this machine: name a catalog entry of the "
                    "same model before the address, as in llm:llama-3.1-8b@sglang:http://host:30000"
                )
            folder = _from_hub(repository)
        return FolderTokenizer.from_folder(folder)
    except (OSError, ValueError, TypeError, RecursionError) as error:
        why = " ".join(str(error).split())[:300]
        raise ModelError(f"the tokenizer of the model served, {place}, can't be read: {why}") from error


def _from_hub(repository: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise ModelError(
            f"the tokenizer of {repository} needs huggingface_hub: pip install 'predictability-arena[sglang]'"
        ) from None
    try:
        return Path(snapshot_download(repository, allow_patterns=_FILES))
    except Exception as error:  # what else can be depends on the network library, which changes with the hub's version
        why = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"the tokenizer of {repository} can't be had from the hub: {why}") from error
