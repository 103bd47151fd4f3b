"""What a server can tell, tried out before it is trusted.

It is asked for a whole distribution, for the same where no end token may be drawn, and for some of its tokens by name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.backends.base import Sampling
from arena.backends.openai.info import Served
from arena.backends.openai.llamacpp import LlamaCpp
from arena.backends.openai.wire import whole
from arena.backends.remote.kinds import Kind
from arena.backends.remote.sending import Send
from arena.errors import ModelError

_FEW: Final = 5  # tokens at the top, in the middle and at the bottom of the distribution
_SAME: Final = (
    1.0  # log-probabilities of one token from two evaluations, the least likely ones of quantised weights too
)
_LEAST: Final = -40.0  # log-probabilities below which a token may be left out


@dataclass(frozen=True, slots=True)
class Tried:
    """`is_exact`: whether the server tells the probability of any token that is named; `pieces`: the bytes of each
    token, none for special ones; `ends`: the tokens that end an answer, as far as it tells them."""

    is_exact: bool
    pieces: Sequence[bytes]
    ends: frozenset[int] = frozenset()


async def tried(send: Send, served: Served, prompt: tuple[int, ...]) -> Tried:
    """Ask for the whole distribution after a prompt, and for some of its tokens by name. Raises ModelError if the
    server can't answer."""
    asks, kind = LlamaCpp(served.size, served.model.id), Kind(Sampling(), 1)
    most = Kind(Sampling(), 1, top=served.size).most_bytes([prompt])
    (row, pieces), (endless, _) = [
        await send(asks.body(kind, [prompt], served.size, {}, off), most, lambda data: whole(data, served.size))
        for off in (False, True)
    ]
    if not row.sampled:
        return Tried(False, pieces)
    ends = frozenset(token for token, told in endless.shown.items() if told == -math.inf < row.shown[token])
    order, middle = [token for token in row.shown if row.shown[token] > _LEAST], len(row.shown) // 2
    chosen = tuple(dict.fromkeys((*order[:_FEW], *order[middle : middle + _FEW], *order[-_FEW:])))
    try:
        (found,) = await asks.ask(send, Kind(Sampling(), 1, chosen, top=1), [prompt])
    except ModelError:  # it can be asked, so it is this that it can't tell
        return Tried(False, pieces, ends)
    pairs = zip(chosen, found.numbers.logprobs, strict=True)
    alike = all(math.isclose(told, row.shown[token], abs_tol=_SAME) for token, told in pairs)
    return Tried(alike, pieces, ends)
