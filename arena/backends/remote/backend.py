"""What the backends of all kinds of servers share: their models can't be verified from here."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from arena.backends.weights.catalog import ModelEntry
from arena.backends.weights.fingerprints import files_digest
from arena.concurrency import aside
from arena.errors import InputError
from arena.extras import lack

EXTRA: Final = "sglang"  # what the clients of all servers need


class ServerBackend:
    """The part of a `Backend` that is the same for all servers."""

    extra = EXTRA
    unverified = "known by what its server says of it: whether the same weights are behind that can't be seen from here"
    takes_repositories = False

    def state(self, entry: ModelEntry) -> str:
        """Whether servers can be asked, without asking one."""
        return lack(self.extra) or "on a server"

    def verified(self, entry: ModelEntry) -> tuple[Path, str]:
        """Raises InputError, because a server's weights can't be verified."""
        raise InputError(f"{entry.name} is {self.unverified}")


async def tokenizer_digest(place: str, repository: str, example: str) -> str:
    """A digest of the files of the tokenizer that is read here for a served model. Raises InputError without one."""

    def digest() -> str:
        from arena.backends.remote.tokenizer import tokenizer_folder
        from arena.backends.tokenizer import FILES

        folder = tokenizer_folder(place, repository, example)
        return files_digest(file for file in map(folder.joinpath, FILES) if file.is_file())

    return await aside(digest)
