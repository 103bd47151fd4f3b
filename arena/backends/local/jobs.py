"""The records of open requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Completion, Request
from arena.backends.local.evaluator import Path
from arena.backends.local.rows import Answers, Keep, Kept, Wanted
from arena.backends.stopping import Growing
from arena.randomness import stream, uniforms
from arena.records import Sample

P = TypeVar("P")  # what a place is (`arena.backends.local.waiting`)

# How many first tokens are drawn for a request while its logits are at hand. More are seldom needed; then the
# prompt is evaluated again.
FIRST_TOKENS: Final = 4

Urgency = tuple[int, int]  # block and negative depth: the lowest goes first


@dataclass(slots=True, eq=False)
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

    @property
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

    def next_uniforms(self, attempts_ahead: int = FIRST_TOKENS) -> tuple[float, ...]:
        """Those for the next token of the answer in progress, or for the first tokens of the next attempts."""
        if self.tokens:
            if self.uniforms is None:  # most answers are one token, so the draws of others are made when needed
                self.uniforms = self.uniforms_of(self.attempt)
            return (float(self.uniforms[len(self.tokens)]),)
        if self.request.draw is None:
            return ()
        start = self.attempt + 1
        attempts = range(start, min(start + attempts_ahead, self.request.draw.attempts))
        return tuple(float(self.uniforms_of(attempt)[0]) for attempt in attempts)


def wanted_of(index: int, jobs: Sequence[Job]) -> Wanted:
    """What the jobs that wait at row `index` want from its distribution; draws are in the order of the jobs."""
    keep = dict.fromkeys(job.keep for job in jobs if job.kept is None)
    return Wanted(index, tuple(keep), tuple((job.request.sampling, job.next_uniforms()) for job in jobs))


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
