"""What many matches ask at once, as requests that a server and a router understand.

A server takes options for each prompt of a request; the router (sglang-router 0.3.2) takes one set for all of them,
so that a request's prompts are of one kind.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from arena.backends.base import Sampling
from arena.records import TokenProbability

_Scored = tuple[float, int, str | None]  # log-probability, token, text


class _Finish(msgspec.Struct):
    type: str


class _Meta(msgspec.Struct):
    finish_reason: _Finish | None = None
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_token_ids_logprobs: list[list[_Scored]] | None = None
    output_top_logprobs: list[list[_Scored]] | None = None


class Generated(msgspec.Struct):
    """A server's answer to one prompt."""

    output_ids: list[int]
    meta_info: _Meta

    @property
    def tokens(self) -> tuple[int, ...]:
        """What was sampled."""
        return tuple(self.output_ids)

    @property
    def was_stopped(self) -> bool:
        """Whether it ended by a token that the server knows as an end."""
        reason = self.meta_info.finish_reason
        return reason is not None and reason.type == "stop"


_generated = msgspec.json.Decoder(list[Generated])


@dataclass(frozen=True, slots=True)
class Numbers:
    """The log-probabilities of the tokens asked for, in their order, and of the most probable ones."""

    logprobs: tuple[float, ...]
    top: tuple[TokenProbability, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked of a prompt: how many tokens are sampled, and what is told about the first of them."""

    sampling: Sampling
    count: int
    wanted: tuple[int, ...] = ()
    top: int = 0


@dataclass(slots=True, eq=False)
class Ask:
    """A prompt, what is asked of it, and who waits for the answer."""

    tokens: tuple[int, ...]
    kind: Kind
    answer: asyncio.Future[Generated] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Queue:
    """What waits to be asked: the lowest block first, in it the deepest match, and what came first among equals."""

    def __init__(self) -> None:
        self._heaps: dict[Kind, list[tuple[tuple[int, int], int, Ask]]] = {}
        self._order = 0

    def __bool__(self) -> bool:
        return bool(self._heaps)

    def push(self, ask: Ask, block: int, depth: int) -> None:
        """Add one."""
        self._order += 1
        heapq.heappush(self._heaps.setdefault(ask.kind, []), ((block, -depth), self._order, ask))

    def batch(self, most: int) -> list[Ask]:
        """Take what comes next, and up to `most` of its kind; nobody waits any more for what is left out."""
        batch: list[Ask] = []
        while self._heaps and not batch:
            kind = min(self._heaps, key=lambda kind: self._heaps[kind][0][:2])
            heap = self._heaps[kind]
            while heap and len(batch) < most:
                _, _, ask = heapq.heappop(heap)
                if not ask.answer.done():
                    batch.append(ask)
            if not heap:
                del self._heaps[kind]
        return batch

    def cancel(self) -> None:
        """Whoever waits is told that nothing will come."""
        for heap in self._heaps.values():
            for _, _, ask in heap:
                ask.answer.cancel()
        self._heaps.clear()


def body(kind: Kind, prompts: Sequence[tuple[int, ...]]) -> dict[str, object]:
    """A request for several prompts. Every sampling parameter is named: a server fills gaps from the model's files."""
    asked: dict[str, object] = {
        "input_ids": prompts,
        "sampling_params": {
            "temperature": kind.sampling.temperature,
            "top_p": kind.sampling.top_p,
            "top_k": -1,
            "min_p": 0.0,
            "repetition_penalty": 1.0,
            "frequency_penalty": 0.0,
            "presence_penalty": 0.0,
            "max_new_tokens": kind.count,
            "skip_special_tokens": False,
        },
    }
    if kind.wanted or kind.top:
        asked["return_logprob"] = True
        asked["logprob_start_len"] = -1
        asked["top_logprobs_num"] = kind.top
    if kind.wanted:
        asked["token_ids_logprob"] = kind.wanted
    return asked


def answers(kind: Kind, count: int, data: bytes) -> list[Generated]:
    """What a server said to `count` prompts. Raises msgspec.MsgspecError if it isn't an answer for each of them."""
    found = _generated.decode(data)
    if len(found) != count or not all(_whole(kind, one) for one in found):
        raise msgspec.ValidationError("not an answer for each prompt")
    return found


def _whole(kind: Kind, found: Generated) -> bool:
    """Whether an answer has all that was asked for."""
    scored = found.meta_info.output_token_ids_logprobs or [[]]
    return bool(found.output_ids) and {token for _, token, _ in scored[0]} >= set(kind.wanted)


def numbers(kind: Kind, found: Generated) -> Numbers:
    """The first position's log-probabilities."""
    scored = {token: logprob for logprob, token, _ in (found.meta_info.output_token_ids_logprobs or [[]])[0]}
    top = (found.meta_info.output_top_logprobs or [[]])[0]
    return Numbers(
        tuple(scored[token] for token in kind.wanted),
        tuple(TokenProbability(token, logprob) for logprob, token, _ in top),
    )
