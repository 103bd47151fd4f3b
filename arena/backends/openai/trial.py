"""What a server can tell, tried out before it is trusted.

It is asked for a whole distribution, for the same where no end token may be drawn, and for some of its tokens by name.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.backends.base import Sampling
from arena.backends.openai.llamacpp import SURELY, LlamaCpp
from arena.backends.openai.wire import pieces, rows
from arena.backends.remote.answers import Incomplete, Untrue
from arena.backends.remote.kinds import Kind
from arena.backends.remote.sending import Send
from arena.errors import ModelError

_FEW: Final = 5  # tokens at the top, in the middle and at the bottom of the distribution
_SAME: Final = 1.0  # log-probabilities of one token by two evaluations: of quantised weights, even the least likely
_LEAST: Final = -40.0  # log-probabilities below which a token may be left out


@dataclass(frozen=True, slots=True)
class Tried:
    """`is_exact`: whether the server tells the probability of any token that is named; `pieces`: the bytes of each
    token, none for special ones; `ends`: the tokens that end an answer, as far as it tells them."""

    is_exact: bool
    pieces: Sequence[bytes]
    ends: frozenset[int] = frozenset()


async def tried(send: Send, asks: LlamaCpp, prompt: tuple[int, ...]) -> Tried:
    """Ask for the whole distribution after a prompt in two ways, and for some of its tokens by name. Raises ModelError
    if the server can't answer."""
    kind = Kind(Sampling(), 1)
    most = asks.most(kind, [prompt], asks.size)

    def asked(endless: bool) -> dict[str, object]:
        return asks.body(kind, [prompt], asks.size, asks.lift(kind), endless)

    (row,), spelled = await send(asked(False), most, lambda data: (rows(data, 1, asks.size), pieces(data, asks.size)))
    (endless,) = await send(asked(True), most, lambda data: rows(data, 1, asks.size))
    if not row.sampled:
        return Tried(False, spelled)
    ends = frozenset(row.shown.keys() - {token for token, told in endless.shown.items() if told > -math.inf})
    told = row.without_lift(asks.plain, SURELY).shown
    order, middle = [token for token in told if told[token] > _LEAST], len(told) // 2
    chosen = tuple(dict.fromkeys((*order[:_FEW], *order[middle : middle + _FEW], *order[-_FEW:])))
    try:
        (found,) = await asks.ask(send, Kind(Sampling(), 1, chosen, top=1), [prompt])
    except (Incomplete, Untrue, ModelError):  # it can be asked, so it is this that it can't tell
        return Tried(False, spelled, ends)
    pairs = zip(chosen, found.numbers.logprobs, strict=True)
    return Tried(all(math.isclose(named, told[token], abs_tol=_SAME) for token, named in pairs), spelled, ends)
