"""The contract of a backend: a prompt in, a distribution and text out. It knows nothing of games.

A model is asked through `LanguageModel.complete`, any number of requests at once. The backend merges equal
prompts and batches the rest; whoever asked the same prompt is answered at the same time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol, runtime_checkable

from arena.records import Sample, TokenProbability
from arena.text import number_text


class Capability(StrEnum):
    """What a backend can give. A task that needs an absent capability refuses with exit 3."""

    ENTROPY = "entropy"
    FURTHER = "further"  # the same numbers under further sampling settings, from one evaluation
    SEEDED = "seeded"  # the samples follow the named draws, so that a run can be repeated
    SCORE = "score"  # the log-probabilities of given tokens


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a token is drawn: temperature first, then top-p and min-p. The defaults leave the model's distribution as it
    is.

    `min_p` leaves out tokens less likely than that share of the likeliest one's probability (Nguyen and others 2024,
    Turning Up the Heat). A token must pass both top-p and min-p, each of the whole distribution at that temperature.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    min_p: float = 0.0

    @property
    def cuts(self) -> bool:
        """Whether it leaves out tokens."""
        return self.top_p < 1.0 or self.min_p > 0.0

    def __str__(self) -> str:
        least = f",min_p={number_text(self.min_p)}" if self.min_p else ""  # runs without it are known by the rest
        return f"temperature={number_text(self.temperature)},top_p={number_text(self.top_p)}{least}"


@dataclass(frozen=True, slots=True)
class StopRule:
    """When an answer ends, as data, so that a worker or a server's client can apply it token by token.

    `found` and `closed` are regular expressions searched for in the text of the answer so far, `found` first:
    if it matches, the answer is valid and ends; if `closed` matches, it ends without a move. The text also
    ends at an end token and after `max_tokens` tokens. `found` sees the end of the text as a boundary.

    `reach` is the length of the longest match in characters, with those looked at before and behind it. It saves
    searching a long answer whole after each token. A match may be longer if it begins where a line does and ends with
    the line break. None: a match may have any length.
    """

    found: str
    closed: str
    max_tokens: int = 8
    reach: int | None = None


@dataclass(frozen=True, slots=True)
class Draw:
    """One answer wanted. Attempt a takes its uniforms from the stream `name|a`; at most `attempts` are drawn,
    until one is valid."""

    name: str
    attempts: int = 20


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt, with the numbers and answers wanted for it.

    `wanted` are the token ids whose first-position log-probabilities are returned, `top` how many of the
    likeliest tokens are; `further` are sampling settings under which the same log-probabilities are wanted too.
    `block` and `depth` are the request's place in the queue: the lowest block goes first, so that the finished part of
    a stopped run is a sample (arena/blocks.py); within it the deepest, so that matches finish and free their memory.
    """

    tokens: tuple[int, ...]
    wanted: tuple[int, ...]
    stop: StopRule
    sampling: Sampling = field(default_factory=Sampling)
    draw: Draw | None = None
    top: int = 20
    depth: int = 0
    block: int = 0
    further: tuple[Sampling, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """A distribution under one sampling setting: log-probabilities of the wanted tokens, shape (len(wanted),), the
    entropy in bits, and the normaliser: log of the sum of p ** (1 / temperature) over the vocabulary, where p are the
    raw probabilities, so that log p / temperature minus it is the log-probability before top-p."""

    logprobs: tuple[float, ...]
    entropy: float
    normaliser: float


@dataclass(frozen=True, slots=True)
class Completion:
    """The answer to a request: natural log-probabilities of the wanted tokens under the requested sampling,
    shape (len(wanted),); the likeliest tokens; the entropy in bits (None if the backend can't give it);
    every answer drawn, the last being valid unless all attempts were refused; and the numbers under each
    of the further settings, in order."""

    logprobs: tuple[float, ...]
    top: tuple[TokenProbability, ...]
    entropy: float | None
    answers: tuple[Sample, ...]
    further: tuple[Numbers, ...] = ()


@dataclass(frozen=True, slots=True)
class Scores:
    """Natural log-probabilities of given tokens under the model's raw distribution (temperature 1, nothing truncated),
    one fewer than tokens. `logprobs[i]` is log p(tokens[i + 1] | tokens[: i + 1]); the first token has none, because
    nothing comes before it."""

    logprobs: tuple[float, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The facts about a tokenizer. `pieces` are the bytes of each token, by id; for special tokens, their names.

    `specials` maps a special token's text to its id; `bos` is the id that the tokenizer puts at position 0,
    or None if it puts none; `ends` are the tokens that end an answer. `named` are the texts of those that a chat
    template may name ("bos_token", "eos_token"). `mark` begins the marks by which this tokenizer recognises special
    tokens anywhere, so that format and text can be tokenised as one; "" if it has no such marks. Without them,
    `lstrips` and `rstrips` are the special tokens that take up the white space before and behind them.
    """

    pieces: tuple[bytes, ...]
    specials: Mapping[str, int]
    bos: int | None
    ends: frozenset[int]
    chat_template: str | None = None
    named: Mapping[str, str] = field(default_factory=dict)
    mark: str = ""
    lstrips: frozenset[int] = frozenset()
    rstrips: frozenset[int] = frozenset()

    @cached_property
    def worked_out(self) -> dict[Any, Any]:
        """What others have found out by looking at the whole vocabulary. It is kept as long as the vocabulary."""
        return {}

    @cached_property
    def special_pattern(self) -> re.Pattern[str]:
        """Finds special tokens in a text, the longest name first. A vocabulary may have thousands of them."""
        names = sorted(filter(None, self.specials), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, names)) or r"(?!)")

    def mark_of(self, token: int) -> str:
        """The mark of a special token, recognised in any text. Nobody can guess it."""
        return f"{self.mark}{token:08}"

    def marked(self, text: str) -> str:
        """A format's text with the marks of its special tokens."""
        return self.special_pattern.sub(lambda found: self.mark_of(self.specials[found.group()]), text)

    def text(self, tokens: Sequence[int]) -> str:
        """The text of some tokens; bytes that aren't UTF-8 become the replacement character."""
        return b"".join(self.pieces[token] for token in tokens).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Work:
    """What a backend has done since it was loaded, for the record and for the benchmarks."""

    prompt_tokens: int = 0  # evaluated, each node of the prefix tree once unless it was evicted
    sampled_tokens: int = 0  # evaluated to continue an answer
    prompts: int = 0  # distinct prompts answered
    repeated: int = 0  # prompts that were evaluated again
    batches: int = 0


@runtime_checkable
class LanguageModel(Protocol):
    """One per backend. Made by `Backend.load` (arena/backends/backend.py); closed by `close`."""

    name: str
    vocabulary: Vocabulary
    capabilities: frozenset[Capability]
    context: int  # the longest prompt and answer that fit, in tokens
    build: str  # what runs it, for a run's manifest

    @property
    def ended(self) -> bool:
        """Whether it can't be asked any more."""
        ...

    def check(self, sampling: Sampling) -> None:
        """Refuse a sampling setting whose distribution this backend can't give: InputError."""
        ...

    async def tokenize(self, text: str, specials: bool) -> tuple[int, ...]:
        """Ordinary text to ids, without BOS. With `specials`, special tokens in the text are recognised."""
        ...

    async def complete(self, request: Request) -> Completion:
        """Answer one request. Requests that wait at the same time are batched."""
        ...

    async def score(self, tokens: Sequence[int]) -> Scores:
        """The log-probability of every token but the first, given those before it. BOS is a token like the others:
        put it first if the model wants it. Raises InputError without `Capability.SCORE`, for no tokens, tokens that
        don't exist, or more than the context holds."""
        ...

    async def work(self) -> Work:
        """What has been done since loading."""
        ...

    async def close(self) -> None:
        """Free everything, at once."""
        ...
