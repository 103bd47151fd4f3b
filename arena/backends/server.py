"""How a server is asked: patience, a key, how much at once."""

from __future__ import annotations

import msgspec


class ServerSettings(msgspec.Struct, frozen=True):
    """`patience` is how many seconds a request may wait for its answer, all tries together; `batch` is the most prompts
    per request, `flights` the most requests at once to each address. `likeliest` is of how many of the likeliest tokens
    the log-probabilities are asked for where something is drawn: enough to be drawn nearly always, few enough that a
    server isn't held up by them. `key` goes to every address asked with these settings; without it
    arena/backends/keys.py decides which key goes where."""

    patience: float = 300.0
    batch: int = 32
    flights: int = 16
    likeliest: int = 200
    key: str = ""
