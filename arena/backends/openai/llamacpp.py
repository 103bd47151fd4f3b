"""How llama.cpp's server is asked, so that the probability of every token that is named is exact.

It tells the probabilities of the likeliest tokens after sampling, so they are those of the setting that is played. A
token that isn't among them is named by a bias: what is added to its logit lifts it to the top, and changes its
probability, relative to another token's, by exactly that bias. So one request asks for the likeliest tokens as they
are, and a second one, for the same prompts, with all wanted tokens lifted. The likeliest token, which is in both
answers, links the two. The second request finds the prompts in the server's cache.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from arena.backends.openai.wire import Row, rows
from arena.backends.remote.answers import Generated, Incomplete, Untrue, check_drawn, likeliest, numbers
from arena.backends.remote.kinds import NEVER, Kind
from arena.backends.remote.sending import Send

R = TypeVar("R")

PATH: Final = "/v1/completions"

# Added to the logits of wanted tokens, in units of the temperature. The others keep a probability that 32 bits can
# tell, and a token that isn't at the top even so has less than 1e-20.
_LIFT: Final = 50.0
_SHOWN: Final = 200  # of the likeliest tokens are looked at where they are all that is told
_LIKELY, _ALIKE = math.log(0.01), 0.5  # log-probabilities: how near two evaluations are for tokens that are likely
_WHOLE: Final = 1024  # wanted tokens from which on the whole distribution is asked for


class LlamaCpp:
    """Asks for a model of `size` tokens, which has `name` on the server. `is_exact`: the server tells probabilities
    after sampling; otherwise it tells those of the likeliest tokens of the raw distribution, and no more."""

    def __init__(self, size: int, name: str, is_exact: bool = True) -> None:
        self.size = size
        self.is_exact = is_exact
        self._name = name

    async def ask(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """The answers to prompts of one kind."""
        if not self.is_exact:
            return await self._ask_likeliest(send, kind, prompts)
        wanted = set(kind.wanted)
        whole = len(wanted) >= _WHOLE
        shown = self.size if whole else max(1, kind.top)  # at least one, or the tokens drawn aren't named either

        def read(plain: list[Row], named: Callable[[int], Mapping[int, float]]) -> list[Generated]:
            return [
                self._generated(kind, prompt, row, named(at))
                for at, (prompt, row) in enumerate(zip(prompts, plain, strict=True))
            ]

        def complete(plain: list[Row]) -> list[Generated]:
            if whole and any(len(row.shown) < self.size for row in plain):
                raise Incomplete("it doesn't tell the probabilities of all tokens")
            return read(plain, lambda at: {token: plain[at].shown[token] for token in wanted})

        bias = dict.fromkeys(kind.without, NEVER)
        if whole or not wanted:
            return await self.rows(send, kind, prompts, shown, bias, complete)
        plain = await self.rows(send, kind, prompts, shown, bias, list)
        lift = dict.fromkeys(wanted, _LIFT * kind.sampling.temperature)

        def link(lifted: list[Row]) -> list[Generated]:
            return read(plain, lambda at: linked(wanted, plain[at].shown, lifted[at].shown))

        return await self.rows(send, kind, prompts, len(wanted) + 1, lift, link)

    async def _ask_likeliest(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """The same from the likeliest tokens alone."""
        asked = replace(kind, top=min(self.size, max(kind.top, _SHOWN))) if kind.wanted else kind

        def read(found: list[Row]) -> list[Generated]:
            return [self._generated(asked, prompt, row, None) for prompt, row in zip(prompts, found, strict=True)]

        return await self.rows(send, asked, prompts, max(1, asked.top), dict.fromkeys(kind.without, NEVER), read)

    async def rows(
        self,
        send: Send,
        kind: Kind,
        prompts: Sequence[tuple[int, ...]],
        shown: int,
        bias: Mapping[int, float],
        read: Callable[[list[Row]], R],
    ) -> R:
        """One request for the first `shown` tokens of each distribution, with these biases added to logits."""
        most = Kind(kind.sampling, kind.count, top=kind.count * shown).most_bytes(prompts)
        body = self.body(kind, prompts, shown, bias)
        return await send(body, most, lambda data: read(rows(data, len(prompts), self.size)))

    def body(
        self,
        kind: Kind,
        prompts: Sequence[tuple[int, ...]],
        shown: int,
        bias: Mapping[int, float],
        endless: bool = False,
    ) -> dict[str, object]:
        """The JSON of such a request; `endless`: no end token may be drawn. It sets all sampling parameters: a server
        may have been started with others."""
        sampling = kind.sampling
        return {
            "model": self._name,
            "prompt": prompts,
            "max_tokens": kind.count,
            "logprobs": shown,
            "post_sampling_probs": True,
            "samplers": ["temperature", "top_p"] if sampling.top_p < 1.0 else ["temperature"],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "dynatemp_range": 0.0,
            "mirostat": 0,
            "logit_bias": [*bias.items()],
            "ignore_eos": endless,
            "stop": [],
            "cache_prompt": True,
        }

    def _generated(
        self, kind: Kind, prompt: tuple[int, ...], row: Row, wanted: Mapping[int, float] | None
    ) -> Generated:
        """An answer, checked. `wanted` is None where only the likeliest tokens are told."""
        check_drawn(kind, row.tokens, not row.was_stopped, self.size)
        top = dict([*row.shown.items()][: kind.top])
        if wanted is None and kind.wanted:
            told = likeliest(kind, top, self.size)
        else:
            told = numbers(kind, wanted or {}, top, self.size)
        return Generated(row.tokens, row.was_stopped, len(prompt), told)


def linked(wanted: Collection[int], plain: Mapping[int, float], lifted: Mapping[int, float]) -> dict[int, float]:
    """The log-probabilities of the wanted tokens. `plain` has those of the likeliest tokens, in order; `lifted` has
    them when the logits of all wanted ones are higher, after temperature, by `_LIFT`.

    The two come from two evaluations of the prompt, which differ a little where weights are quantised. So what `plain`
    tells counts, and a token that it doesn't show is no likelier than those that it shows.
    """
    if not plain:
        raise Incomplete("it tells no probabilities")
    link, logprob = next(iter(plain.items()))
    if not math.isfinite(lifted.get(link, math.nan)):
        raise Untrue("the likeliest token isn't among the likeliest when others are biased")
    shift = logprob - lifted[link] - (0.0 if link in wanted else _LIFT)
    told = {token: lifted.get(token, -math.inf) + shift for token in wanted}
    for token in told.keys() & plain.keys():
        if plain[token] > _LIKELY and abs(told[token] - plain[token]) > _ALIKE:
            raise Untrue(f"it gives two log-probabilities for token {token}: {plain[token]:.3g} and {told[token]:.3g}")
    least = min(plain.values())
    return {token: plain.get(token, min(least, told[token])) for token in wanted}
