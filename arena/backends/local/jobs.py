"""The records of open requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Completion, Request
from arena.backends.local.evaluator import Path
from arena.backends.local.rows import Answers, Keep, Kept, Wanted
from arena.backends.stopping import Growing
from arena.randomness import first_uniforms, stream, uniforms
from arena.records import Sample

P = TypeVar("P")  # what a place is (`arena.backends.local.waiting`)

# How many first tokens are drawn for a request while its logits are at hand. More are seldom needed; then the
# prompt is evaluated again.
FIRST_TOKENS: Final = 4

Urgency = tuple[int, int]  # block and negative depth: the lowest goes first


@dataclass(eq=False)
class Job:
    """An open request. `tokens` is the answer in progress, `growing` says when it ends; `firsts` are the first tokens
    of later attempts."""

    number: int
    request: Request
    kept: Kept | None = None
    attempt: int = -1
    firsts: list[int] = field(default_factory=list)
    tokens: Path = ()
    growing: Growing | None = None
    uniforms: NDArray[np.float64] | None = None
    answers: list[Sample] = field(default_factory=list)

    @cached_property
    def keep(self) -> Keep:
        """What to keep of the distribution after its prompt."""
        request = self.request
        return Keep(request.sampling, request.wanted, request.top, request.further)

    @property
    def path(self) -> Path:
        """Its prompt and the answer so far."""
        return self.request.tokens + self.tokens

    def begin(self, growing: Growing) -> None:
        """Begin the next attempt."""
        self.attempt += 1
        self.growing = growing
        self.uniforms = None

    def uniforms_of(self, attempt: int) -> NDArray[np.float64]:
        """The uniform numbers that an attempt's tokens are drawn with, shape (max_tokens,)."""
        assert self.request.draw is not None
        return uniforms(stream(self.request.draw.name, attempt), self.request.stop.max_tokens)

    def first_streams(self) -> list[str]:
        """The streams of the next attempts, whose first tokens are drawn at its prompt."""
        if self.tokens or self.request.draw is None:
            return []
        start = self.attempt + 1
        attempts = range(start, min(start + FIRST_TOKENS, self.request.draw.attempts))
        return [stream(self.request.draw.name, attempt) for attempt in attempts]

    def next_uniform(self) -> float:
        """The uniform number for the next token of the answer in progress, or for the first of the next attempt."""
        if not self.tokens:
            return float(self.uniforms_of(self.attempt + 1)[0])
        if self.uniforms is None:  # most answers are one token, so the draws of others are made when needed
            self.uniforms = self.uniforms_of(self.attempt)
        return float(self.uniforms[len(self.tokens)])


def wanted_of(rows: Sequence[tuple[int, Sequence[Job]]]) -> list[Wanted]:
    """What the jobs that wait at each row, which is given by its index, want from its distribution. Draws are in the
    order of the jobs."""
    streams = [job.first_streams() for _, jobs in rows for job in jobs]
    firsts = iter(first_uniforms([name for names in streams for name in names]))
    counts = map(len, streams)

    def uniforms_of(job: Job) -> tuple[float, ...]:
        first = tuple(islice(firsts, next(counts)))
        return (job.next_uniform(),) if job.tokens else first

    return [
        Wanted(
            index,
            tuple(dict.fromkeys(job.keep for job in jobs if job.kept is None)),
            tuple((job.request.sampling, uniforms_of(job)) for job in jobs),
        )
        for index, jobs in rows
    ]


@dataclass(slots=True)
class Asked:
    """A place where jobs wait, and the tokens before it; `order` tells its entry in the queue from stale ones. `begun`:
    it is in a batch whose answers haven't been taken yet."""

    urgency: Urgency
    order: int
    path: Path
    jobs: list[Job]
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that has been begun: for each row that jobs wait for, its index and path, the jobs that waited then, what
    they want, and the answers."""

    rows: list[tuple[int, Path, Asked]]
    jobs: list[list[Job]]
    wanted: list[Wanted]
    answers: Answers


@dataclass(slots=True)
class Open(Generic[P]):
    """A prompt with open jobs, the places of their answers beyond it, and the jobs that are done.

    `block` is that of the most urgent job, because all wait for each other.
    """

    block: int
    jobs: int = 0
    places: set[P] = field(default_factory=set)
    done: list[tuple[int, Completion]] = field(default_factory=list)
