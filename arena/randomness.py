"""Counter-based randomness (numpy's Philox): every draw has a name, so no draw depends on another.

A key is the hash of a canonical text (run seed, cell, match, seat, and for models round and attempt); the
k-th draw of a key is round k's (bots) or token k's (models). More games, rounds or subjects change no
earlier draw, and neither do concurrency, order or resumption.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


def stream(*parts: str | int) -> str:
    """The canonical text of a stream of draws. A part that contains the separator is escaped."""
    return "|".join(str(part).replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def within(name: str, number: int) -> str:
    """The stream of a number within another stream: `stream(*parts, number)` for the name `stream(*parts)`."""
    return f"{name}|{number}"


def uniforms(name: str, count: int) -> NDArray[np.float64]:
    """The first `count` draws of the stream `name`: float64 in [0, 1), shape (count,).

    A longer block begins with the shorter one.
    """
    key = int.from_bytes(blake2b(name.encode(), digest_size=16).digest(), "little")
    return np.random.Generator(np.random.Philox(key=key)).random(count)
