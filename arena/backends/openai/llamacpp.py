"""How llama.cpp's server is asked, so that the probability of every token that is named is exact.

It tells the probabilities of the likeliest tokens after sampling, so they are those of the setting that is played. A
token that isn't among them is named by a bias: what is added to its logit lifts it to the top, and changes its
probability, relative to another token's, by exactly that bias. So one request asks for the likeliest tokens as they
are, and a second one, for the same prompts, with all wanted tokens lifted. The likeliest token, which is in both
answers, links the two. The second request finds the prompts in the server's cache.

The server tells nothing if the token that it draws is part of a character only. Then the whole distribution is asked
for, with a token lifted that is drawn nearly surely and is a whole character.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from arena.backends.openai.wire import Row, rows
from arena.backends.remote.answers import Generated, Incomplete, Untrue, check_drawn, likeliest, numbers
from arena.backends.remote.kinds import NEVER, Kind
from arena.backends.remote.sending import Send

R = TypeVar("R")

PATH: Final = "/completion"

# Added to the logits of wanted tokens, in units of the temperature. The others keep a probability that 32 bits can
# tell, and a token that isn't at the top even so has less than 1e-20.
_LIFT: Final = 50.0
SURELY: Final = 30.0  # the same for a token that is to be drawn, so that even the least likely keep a probability
_SHOWN: Final = 200  # of the likeliest tokens are looked at where they are all that is told
_LIKELY, _ALIKE = math.log(0.01), 0.5  # log-probabilities: how near two evaluations are for tokens that are likely
_WHOLE: Final = 1024  # wanted tokens from which on the whole distribution is asked for


@dataclass(frozen=True, slots=True)
class LlamaCpp:
    """Asks for a model of `size` tokens. `is_exact`: the server tells probabilities after sampling; otherwise it tells
    those of the likeliest tokens of the raw distribution, and no more. `plain` is a token of whole characters."""

    size: int
    plain: int
    is_exact: bool = True

    async def ask(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """The answers to prompts of one kind. Raises Incomplete or Untrue for those that can't be believed."""
        if not kind.tells:
            found = await self._rows(send, kind, prompts, 0, dict.fromkeys(kind.without, NEVER))
            return [self._generated(kind, *each, {}) for each in zip(prompts, found, strict=True)]
        if not self.is_exact:
            return await self._ask_likeliest(send, kind, prompts)
        wanted = set(kind.wanted)
        if len(wanted) >= _WHOLE:
            told: list[tuple[Row, Mapping[int, float]]] = [
                (row, row.shown) for row in await self.whole(send, kind, prompts)
            ]
        else:
            told = await self._linked(send, kind, prompts, wanted)
        return [
            self._generated(kind, prompt, row, {token: named[token] for token in wanted})
            for prompt, (row, named) in zip(prompts, told, strict=True)
        ]

    async def _linked(
        self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]], wanted: Collection[int]
    ) -> list[tuple[Row, Mapping[int, float]]]:
        """For each prompt the likeliest tokens, and the wanted ones."""
        plain = await self._rows(send, kind, prompts, max(1, kind.top), {})
        told: list[tuple[Row, Mapping[int, float]]] = [(row, {}) for row in plain]
        silent = {at for at, row in enumerate(plain) if not row.shown}
        if wanted:
            lift = dict.fromkeys(wanted, _LIFT * kind.sampling.temperature)
            lifted = await self._rows(send, kind, prompts, len(wanted) + 1, lift)
            silent |= {at for at, row in enumerate(lifted) if not row.shown}
            for at, (row, other) in enumerate(zip(plain, lifted, strict=True)):
                if at not in silent:
                    told[at] = row, linked(wanted, row.shown, other.shown)
        for at in sorted(silent):
            (row,) = await self.whole(send, kind, [prompts[at]])
            told[at] = row, row.shown
        return told

    async def whole(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Row]:
        """The whole distributions."""
        found = await self._rows(send, kind, prompts, self.size, self.lift(kind))
        if any(len(row.shown) < self.size for row in found):
            raise Incomplete("it doesn't tell the probabilities of all tokens")
        return [row.without_lift(self.plain, SURELY) for row in found]

    def lift(self, kind: Kind) -> dict[int, float]:
        """The bias by which a token of whole characters is drawn."""
        return {self.plain: SURELY * kind.sampling.temperature}

    async def _ask_likeliest(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """The same from the likeliest tokens alone. A bias doesn't change what is told of the raw distribution."""
        asked = replace(kind, top=min(self.size, max(kind.top, _SHOWN))) if kind.wanted else kind
        found = await self._rows(send, asked, prompts, asked.top, self.lift(kind))
        return [self._generated(asked, prompt, row, None) for prompt, row in zip(prompts, found, strict=True)]

    async def _rows(
        self,
        send: Send,
        kind: Kind,
        prompts: Sequence[tuple[int, ...]],
        shown: int,
        bias: Mapping[int, float],
    ) -> list[Row]:
        """One request for the first `shown` tokens of each distribution, with these biases added to logits."""
        body = self.body(kind, prompts, shown, bias)
        return await send(body, self.most(kind, prompts, shown), lambda data: rows(data, len(prompts), self.size))

    @staticmethod
    def most(kind: Kind, prompts: Sequence[tuple[int, ...]], shown: int) -> int:
        """A length in bytes that no answer reaches: the server repeats the prompt and all settings."""
        own = Kind(kind.sampling, kind.count, top=kind.count * shown + sum(map(len, prompts)) + len(kind.without))
        return own.most_bytes(prompts)

    @staticmethod
    def body(
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
            "prompt": prompts,
            "n_predict": kind.count,
            "n_probs": shown,
            "post_sampling_probs": True,
            "samplers": ["temperature", "top_p", "min_p"] if sampling.cuts else ["temperature"],
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "dynatemp_range": 0.0,
            "mirostat": 0,
            "logit_bias": [*bias.items()],
            "ignore_eos": endless,
            "stop": [],
            "cache_prompt": True,
            "return_tokens": True,
            "response_fields": ["index", "tokens", "stop_type", "completion_probabilities"],
        }

    def _generated(
        self, kind: Kind, prompt: tuple[int, ...], row: Row, wanted: Mapping[int, float] | None
    ) -> Generated:
        """An answer, checked. `wanted` is None where only the likeliest tokens are told."""
        if not kind.tells:
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
