"""Counter-based randomness (numpy's Philox): every draw has a name, so no draw depends on another.

A key is the hash of a canonical text (run seed, cell, match, seat, and for models round and attempt); the
k-th draw of a key is round k's (bots) or token k's (models). More games, rounds or subjects change no
earlier draw, and neither do concurrency, order or resumption.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

_FEW: Final = 16  # streams, for which numpy's own generator is faster
_BLOCK: Final = 4  # draws that come of one value of the counter
# Philox 4x64 with 10 rounds: its multipliers, and what is added to the key after each round (Salmon and others 2011)
_MULTIPLIERS: Final = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_KEY_STEPS: Final = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_HALF, _LOW = np.uint64(32), np.uint64(2**32 - 1)


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
    return np.random.Generator(np.random.Philox(key=int.from_bytes(_key(name), "little"))).random(count)


def first_uniforms(names: Sequence[str]) -> list[float]:
    """The first draw of each stream: `uniforms(name, 1)[0]`, for many streams at once."""
    found: list[float] = many_uniforms(names, 1)[:, 0].tolist()
    return found


def many_uniforms(names: Sequence[str], count: int) -> NDArray[np.float64]:
    """The first `count` draws of each stream, shape (names, count): the rows are `uniforms(name, count)`."""
    if len(names) < _FEW:
        return np.array([uniforms(name, count) for name in names]).reshape(len(names), count)
    keys = np.frombuffer(b"".join(map(_key, names)), dtype="<u8").reshape(-1, 1, 2).astype(np.uint64)
    key = [keys[..., 0], keys[..., 1]]
    blocks = -(-count // _BLOCK)
    first = np.broadcast_to(np.arange(1, blocks + 1, dtype=np.uint64), (len(names), blocks))
    zero = np.zeros_like(first)
    counter = [first, zero, zero, zero]  # numpy counts up before it draws
    for _ in range(10):
        high = [_high(counter[2 * at], factor) for at, factor in enumerate(_MULTIPLIERS)]
        low = [counter[2 * at] * np.uint64(factor) for at, factor in enumerate(_MULTIPLIERS)]
        counter = [high[1] ^ counter[1] ^ key[0], low[1], high[0] ^ counter[3] ^ key[1], low[0]]
        key = [part + np.uint64(step) for part, step in zip(key, _KEY_STEPS, strict=True)]
    words = np.stack(counter, axis=-1).reshape(len(names), blocks * _BLOCK)[:, :count]
    return np.asarray((words >> np.uint64(11)) * 2.0**-53)


def _key(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=16).digest()


def _high(values: NDArray[np.uint64], factor: int) -> NDArray[np.uint64]:
    """The upper 64 bits of products, from those of 32-bit halves."""
    above, below = np.uint64(factor >> 32), np.uint64(factor & (2**32 - 1))
    high, low = values >> _HALF, values & _LOW
    cross = high * below
    middle = (low * below >> _HALF) + (cross & _LOW) + low * above
    found: NDArray[np.uint64] = high * above + (cross >> _HALF) + (middle >> _HALF)
    return found
