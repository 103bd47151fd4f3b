"""How a server is asked: patience, a key, how much at once."""

from __future__ import annotations

import msgspec


class ServerSettings(msgspec.Struct, frozen=True):
    """`patience` is how many seconds a request may wait for its answer, all tries together; `batch` the most prompts a
    request, `flights` the most requests at once to each address. `key` goes to every address that is asked with these
    settings; without it arena/backends/keys.py says who is told what."""

    patience: float = 300.0
    batch: int = 32
    flights: int = 4
    key: str = ""
