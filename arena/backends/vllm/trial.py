"""What a vLLM server can tell, tried out before it is trusted."""

from __future__ import annotations

from typing import Final

from arena.backends.base import Sampling
from arena.backends.remote.kinds import Kind
from arena.backends.remote.sending import Send
from arena.backends.vllm.asks import Asks, Tells
from arena.errors import InputError, ModelError

_MANY: Final = (200, 20, 5)  # of the likeliest tokens; by default a server tells 20, and more with --max-logprobs
_SAME: Final = 1e-2  # log-probabilities at two temperatures are raw if they differ by less


async def tried(send: Send, size: int, name: str, prompt: tuple[int, ...]) -> Tells:
    """Ask in several ways about one prompt of at least two tokens. Raises ModelError if the server can't answer,
    InputError if it tells no log-probabilities at all."""

    async def shows(count: int) -> bool:
        try:
            await asks.rows(send, Kind(Sampling(), 1, top=count), [prompt], count, list)
        except InputError:  # it refuses the request: more than it was started for
            return False
        return True

    asks = Asks(size, name, Tells(0, whole=False, named=True, raw=True))
    whole = await shows(-1)
    most = 0
    for count in _MANY:
        if whole or await shows(count):
            most = count
            break
    else:
        raise InputError(f"the server of {name} tells no log-probabilities: start it without --max-logprobs 0")
    wanted = tuple(dict.fromkeys((*prompt[:2], 0, size // 2, size - 1)))
    try:
        (one,), (two,) = [await asks.named(send, Kind(Sampling(at), 1, wanted), [prompt]) for at in (1.0, 2.0)]
    except ModelError:  # it answers, but without the tokens that were named
        return Tells(most, whole, named=False, raw=True)
    return Tells(most, whole, named=True, raw=all(abs(one[token] - two[token]) < _SAME for token in wanted))
