"""How vLLM is asked.

It tells the likeliest tokens, as many as it was started for, or tokens that are named by their ids
(`logprob_token_ids`), not both in one answer: so each distinct prompt is asked about twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from arena.backends.remote.answers import Generated, Incomplete, Numbers, check_drawn, likeliest, numbers
from arena.backends.remote.kinds import Kind
from arena.backends.remote.sending import Send
from arena.backends.vllm.wire import Row, rows

R = TypeVar("R")

PATH: Final = "/v1/completions"
NAMED: Final = 128  # the most tokens that it takes by name at once

_NEVER: Final = -100.0  # the most that it takes off a logit: a token keeps less than 1e-40 of its probability
_WHOLE: Final = -1  # its sign for all tokens


@dataclass(frozen=True, slots=True)
class Tells:
    """What a server can tell: of how many of the likeliest tokens the log-probabilities; of all (`whole`), and of any
    that are `named`; and whether they are `raw`, or those of the setting that is played."""

    most: int
    whole: bool
    named: bool
    raw: bool


@dataclass(frozen=True, slots=True)
class Asks:
    """Asks for a model of `size` tokens, which has `name` on the server."""

    size: int
    name: str
    tells: Tells

    async def ask(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[Generated]:
        """The answers to prompts of one kind."""
        tells, wanted = self.tells, tuple(dict.fromkeys(kind.wanted))
        kind = replace(kind, top=tells.most if wanted and not tells.named else min(kind.top, tells.most))
        whole = tells.whole and len(wanted) > NAMED
        named: Sequence[Mapping[int, float]] = [{}] * len(prompts)
        if tells.named and not whole:
            named = await self.named(send, kind, prompts)

        def read(found: list[Row]) -> list[Generated]:
            return [
                self._generated(kind, prompt, row, _pick(row.told, wanted) if whole else told)
                for prompt, row, told in zip(prompts, found, named, strict=True)
            ]

        shown = _WHOLE if whole else kind.top if kind.tells else None
        return await self.rows(send, kind, prompts, shown, read)

    async def named(self, send: Send, kind: Kind, prompts: Sequence[tuple[int, ...]]) -> list[dict[int, float]]:
        """The log-probabilities of the wanted tokens after each prompt."""
        found: list[dict[int, float]] = [{} for _ in prompts]
        wanted = tuple(dict.fromkeys(kind.wanted))
        for start in range(0, len(wanted), NAMED):
            some = wanted[start : start + NAMED]

            def read(answers: list[Row], some: tuple[int, ...] = some) -> list[dict[int, float]]:
                return [_pick(row.told, some) for row in answers]

            asked = Kind(kind.sampling, 1, wanted=some)
            for told, more in zip(found, await self.rows(send, asked, prompts, 1, read, some), strict=True):
                told |= more
        return found

    async def rows(
        self,
        send: Send,
        kind: Kind,
        prompts: Sequence[tuple[int, ...]],
        shown: int | None,
        read: Callable[[list[Row]], R],
        named: Sequence[int] = (),
    ) -> R:
        """One request for the first `shown` tokens of each distribution, -1 for all and None for none; or instead of
        them for those that are `named`."""
        body: dict[str, object] = {
            "model": self.name,
            "prompt": prompts,
            "max_tokens": kind.count,
            "temperature": kind.sampling.temperature,
            "top_p": kind.sampling.top_p,
            "top_k": -1,
            "min_p": kind.sampling.min_p,
            "repetition_penalty": 1.0,
            "frequency_penalty": 0.0,
            "presence_penalty": 0.0,
            "ignore_eos": False,
            "skip_special_tokens": False,
            "return_token_ids": True,
            "return_tokens_as_token_ids": True,
        }
        if shown is not None:
            body["logprobs"] = shown
        if named:
            body["logprob_token_ids"] = [*named]
        if kind.without:
            body["logit_bias"] = {str(token): _NEVER for token in kind.without}
        if kind.scored:
            body["prompt_logprobs"] = 0
        size = self.size if shown == _WHOLE else kind.top
        most = replace(kind, top=size).most_bytes(prompts)
        return await send(body, most, lambda data: read(rows(data, prompts, self.size, kind.scored)))

    def _generated(self, kind: Kind, prompt: tuple[int, ...], row: Row, wanted: Mapping[int, float]) -> Generated:
        """An answer, checked."""
        check_drawn(kind, row.tokens, not row.was_stopped, self.size)
        return Generated(row.tokens, row.was_stopped, len(prompt), self._numbers(kind, row, wanted), row.scores)

    def _numbers(self, kind: Kind, row: Row, wanted: Mapping[int, float]) -> Numbers:
        # the token that was drawn is told too, though it may be none of the likeliest
        order = sorted(row.told, key=row.told.__getitem__, reverse=True)[: kind.top]
        top = {token: row.told[token] for token in order}
        if kind.wanted and not self.tells.named:
            return likeliest(kind, top, self.size)
        return numbers(kind, wanted, top, self.size)


def _pick(told: Mapping[int, float], wanted: Sequence[int]) -> dict[int, float]:
    """The log-probabilities of some tokens, all of which must be told."""
    if not told.keys() >= set(wanted):
        raise Incomplete("it doesn't tell the log-probabilities of all tokens asked for")
    return {token: told[token] for token in wanted}
