"""How a server is asked: patience, a key, how much at once."""

from __future__ import annotations

import os

import msgspec

KEY_VARIABLE = "ARENA_API_KEY"
# stands in the manifest of a run on a server
UNVERIFIED = "known by what its server says of it: whether the same weights are behind that can't be seen from here"


class ServerSettings(msgspec.Struct, frozen=True):
    """`patience` is how many seconds a server that has answered before may be away; `batch` the most prompts a
    request, `flights` the most requests at once to each address. `key` "" is taken from ARENA_API_KEY."""

    patience: float = 300.0
    batch: int = 32
    flights: int = 4
    key: str = ""

    @property
    def secret(self) -> str:
        """The key, or "" if there is none."""
        return self.key or os.environ.get(KEY_VARIABLE, "")

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
