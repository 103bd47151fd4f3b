"""What is sent to servers next: whose prompts, and what is asked about them.

A server takes options for each prompt of a request; the router (sglang-router 0.3.2) takes one set for all of them,
so a request's prompts are all of one kind.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from arena.backends.base import Sampling, Scores
from arena.backends.local.jobs import Asked, Job
from arena.backends.local.waiting import Waiting
from arena.backends.remote.kinds import Kind
from arena.backends.remote.known import Known
from arena.backends.remote.lengths import Lengths

Place = tuple[tuple[int, ...], Kind]
"""The tokens so far, and what is asked about them."""

# so many tokens of an answer are drawn one by one, as a server puts its own continuations behind everybody's prompts
_ONE_BY_ONE = 4
_LOOKED_AT = 4  # batches' worth of places, for those of one kind


@dataclass(slots=True, eq=False)
class Text:
    """A text to be scored, and who waits for it."""

    tokens: tuple[int, ...]
    scores: asyncio.Future[Scores]


@dataclass(frozen=True, slots=True)
class Post:
    """One request: prompts of one kind, and for each who is to have its answer: all who wait at a place, or a job whose
    next tokens a server draws."""

    kind: Kind
    prompts: list[tuple[int, ...]]
    whose: list[Place | Job | Text]


class Posts:
    """Chooses what to send, at most `most` prompts a request, of all that waits."""

    def __init__(self, waiting: Waiting[Place], lengths: Lengths, most: int) -> None:
        self._waiting = waiting
        self._lengths = lengths
        self._most = most
        self._beyond: dict[Known, tuple[Place, list[Job]]] = {}
        self._texts: deque[Text] = deque()
        self._text_last = False

    @property
    def any_wait(self) -> bool:
        """Whether there is more to send."""
        return bool(self._beyond or self._texts or self._waiting.asked)

    def add_text(self, text: Text) -> None:
        """Have a text scored."""
        self._texts.append(text)

    def add_beyond(self, place: Place, known: Known, job: Job) -> None:
        """Have a server draw a job's next token, which isn't one of those known at its place."""
        self._beyond.setdefault(known, (place, []))[1].append(job)

    def next(self) -> Post | None:
        """What to send next: for answers that only a server can go on with, then texts and prompts in turn."""
        if self._beyond:
            return self._next_beyond()
        self._text_last = bool(self._texts) and not (self._text_last and self._waiting.asked)
        return (self._next_texts() if self._text_last else self._next_places()) or self._next_texts()

    def cancel(self) -> None:
        """Cancel the texts: whoever waits learns that nothing will come."""
        for text in self._texts:
            text.scores.cancel()

    def _next_beyond(self) -> Post:
        known, ((tokens, kind), jobs) = self._beyond.popitem()
        if len(jobs) > self._most:
            self._beyond[known] = (tokens, kind), jobs[self._most :]
        jobs = jobs[: self._most]
        return Post(Kind(kind.sampling, 1, without=known.tokens), [tokens] * len(jobs), [*jobs])

    def _next_texts(self) -> Post | None:
        texts = [self._texts.popleft() for _ in range(min(self._most, len(self._texts)))]
        texts = [text for text in texts if not text.scores.done()]
        # a token is sampled too, as the prompt's answer
        return Post(Kind(Sampling(), 1, scored=True), [text.tokens for text in texts], [*texts]) if texts else None

    def _next_places(self) -> Post | None:
        """The most urgent place, with others of its kind."""
        post: Post | None = None
        begun: set[Place] = set()
        for looked, place in enumerate(self._waiting.next()):
            asked = self._waiting.asked[place]
            kind = self._kind(place, asked)
            post = post or Post(kind, [], [])
            if kind == post.kind:
                if kind.tells:
                    post.prompts.append(place[0])
                    post.whose.append(place)
                    begun.add(place)
                else:
                    self._add_jobs(post, place, asked)
            if len(post.prompts) >= self._most or looked >= _LOOKED_AT * self._most:
                break
        self._waiting.settle(begun)
        return post

    def _add_jobs(self, post: Post, place: Place, asked: Asked) -> None:
        """Have a server draw for each job that waits at a place, or for as many as there is room for."""
        jobs = asked.jobs[: self._most - len(post.prompts)]
        del asked.jobs[: len(jobs)]
        post.prompts.extend([place[0]] * len(jobs))
        post.whose.extend(jobs)
        if not asked.jobs:
            self._waiting.over(place, asked)

    def _kind(self, place: Place, asked: Asked) -> Kind:
        """What to ask for those who wait at a place: its distribution, or the next tokens of each one's answer."""
        kind, job = place[1], asked.jobs[0]
        count = self._lengths.needed(job.request.stop, len(job.tokens))
        is_long = len(asked.jobs) == 1 and len(job.tokens) > 0 and count > _ONE_BY_ONE
        return Kind(kind.sampling, count) if is_long or not kind.tells else kind
