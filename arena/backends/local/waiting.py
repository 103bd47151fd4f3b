"""Requests that wait for a model: who waits at which place, which place is the most urgent, how an answer goes on.

A place is a prompt, or a prompt with an answer so far. It is evaluated once, however many requests wait there. The
lowest block goes first; within a block answers in progress, then the deepest prompts. This is the same for a model in
a worker (`arena.backends.local.engine`) and for one on servers (`arena.backends.remote.asking`), which differ in what
a place is and in how many are evaluated at once.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import Generic, TypeVar

from arena.backends.base import Completion, Request, Vocabulary
from arena.backends.local.jobs import Asked, Job, Open, Urgency
from arena.backends.local.rows import Kept
from arena.backends.stopping import Growing, answer

P = TypeVar("P", bound=Hashable)  # what a place is

_ANSWERS_FIRST = 1 << 30  # the depth of answers in progress: above any match's


class Waiting(Generic[P]):
    """The open requests of one model.

    `place` says where a job waits now. With `together`, those with the same prompt are answered together, which keeps
    matches in the same position together: if one whose first answer was invalid came later, the prompt that the others
    asked next would have to be evaluated again for it. Then `left` is called with a prompt that nobody asks for any
    more, and with the places of the answers beyond it. Where `is_known` says that a place needs no asking, a job that
    comes there isn't queued: `ready` gives it.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        place: Callable[[Job], P],
        *,
        together: bool,
        left: Callable[[Sequence[int], Collection[P]], None] = lambda prompt, places: None,
        is_known: Callable[[P], bool] = lambda place: False,
    ) -> None:
        self._vocabulary = vocabulary
        self._place = place
        self._together = together
        self._left = left
        self._is_known = is_known
        self._jobs: dict[int, Job] = {}
        self._open: dict[tuple[int, ...], Open[P]] = {}
        self._asked: dict[P, Asked] = {}
        self._queue: list[tuple[Urgency, tuple[int, ...], int, P]] = []
        self._taken: list[tuple[Urgency, tuple[int, ...], int, P]] = []
        self._order = 0
        self._ready: list[tuple[P, Job]] = []
        self._done: list[tuple[int, Completion]] = []

    # --- requests ---

    def submit(self, number: int, request: Request) -> None:
        """Take a request; `done` will have its completion under the same number."""
        job = self._jobs[number] = Job(number, request)
        here = self._open.setdefault(request.tokens, Open(request.block))
        here.jobs += 1
        if request.block < here.block:
            here.block = request.block
            for place in here.places & self._asked.keys():
                self._urge(place, (here.block, -_ANSWERS_FIRST))
        self.ask(job)

    def cancel(self, number: int) -> None:
        """Forget a request; places where only it waited are no longer asked for."""
        job = self._jobs.get(number)
        if job is None:  # it may already be complete and wait for the others with its prompt
            for here in self._open.values():
                here.done = [entry for entry in here.done if entry[0] != number]
            return
        asked = self._asked.get(self._place(job))
        if asked is not None and job in asked.jobs:
            asked.jobs.remove(job)
            if not asked.jobs:
                del self._asked[self._place(job)]
        self._close(job)

    @property
    def any_done(self) -> bool:
        """Whether `done` has something."""
        return bool(self._done)

    def done(self) -> list[tuple[int, Completion]]:
        """What was completed since the last call."""
        done, self._done = self._done, []
        return done

    # --- places ---

    @property
    def asked(self) -> dict[P, Asked]:
        """The places that are waited for."""
        return self._asked

    def __iter__(self) -> Iterator[P]:
        """The places that are waited for, as they came."""
        return iter(self._asked)

    def __reversed__(self) -> Iterator[P]:
        """The places that are waited for, the least urgent first."""
        by_urgency = sorted(self._asked.items(), key=lambda one: (one[1].urgency, one[1].path), reverse=True)
        yield from (place for place, _ in by_urgency)

    def next(self) -> Iterator[P]:
        """The places that are waited for and not begun, the most urgent first. Afterwards `settle` must be called."""
        while self._queue:
            entry = heapq.heappop(self._queue)
            asked = self._asked.get(entry[3])
            if asked is not None and asked.order == entry[2]:
                self._taken.append(entry)
                yield entry[3]

    def settle(self, begun: Collection[P]) -> None:
        """Of the places that `next` gave, these are being evaluated; the others wait on."""
        for entry in self._taken:
            if entry[3] not in begun:
                heapq.heappush(self._queue, entry)
            elif entry[3] in self._asked:
                self._asked[entry[3]].begun = True
        self._taken = []

    def ask(self, job: Job) -> None:
        """Have a job wait at its place, unless it was cancelled."""
        if job.number not in self._jobs:
            return
        place, prompt = self._place(job), job.request.tokens
        if self._is_known(place):
            self._ready.append((place, job))
            return
        here = self._open[prompt]
        if job.tokens:
            here.places.add(place)
        urgency = (here.block, -_ANSWERS_FIRST if job.tokens else -job.request.depth)
        asked = self._asked.get(place)
        if asked is None:
            order = self._enqueue(place, urgency, prompt + job.tokens)
            self._asked[place] = Asked(urgency, order, prompt + job.tokens, [job])
            return
        asked.jobs.append(job)
        self._urge(place, urgency)

    def ready(self) -> list[tuple[P, Job]]:
        """The jobs that came to places that are known, and these places."""
        ready, self._ready = self._ready, []
        return ready

    def over(self, place: P, asked: Asked) -> None:
        """Those who waited at a place are being answered: whoever comes later asks anew."""
        if self._asked.get(place) is asked:
            del self._asked[place]

    def is_answer(self, place: P) -> bool:
        """Whether only answers in progress wait at a place."""
        return all(job.tokens for job in self._asked[place].jobs)

    def further(self, place: P) -> int:
        """How many tokens may still be drawn behind a place, for each answer that goes on there."""
        return max(
            (job.request.stop.max_tokens - len(job.tokens) for job in self._asked[place].jobs if job.request.draw),
            default=0,
        )

    def _urge(self, place: P, urgency: Urgency) -> None:
        """Make a place that is already asked for at least this urgent."""
        asked = self._asked[place]
        if urgency < asked.urgency and not asked.begun:
            asked.urgency, asked.order = urgency, self._enqueue(place, urgency, asked.path)

    def _enqueue(self, place: P, urgency: Urgency, path: tuple[int, ...]) -> int:
        self._order += 1
        heapq.heappush(self._queue, (urgency, path, self._order, place))
        return self._order

    # --- answers ---

    def begin(self, job: Job, kept: Kept | None, firsts: Sequence[int]) -> None:
        """Give a job at its prompt the numbers that it wanted, and the first tokens of its next attempts."""
        if job.number not in self._jobs:  # cancelled meanwhile
            return
        job.kept = job.kept or kept
        if job.request.draw is None:
            self._complete(job)
            return
        job.firsts = list(firsts)
        self._advance(job, (job.firsts.pop(0),))

    def go_on(self, job: Job, tokens: Sequence[int], was_stopped: bool = False) -> None:
        """Give a job the next tokens of its answer in progress, or of its next attempt; those behind the answer's end
        are ignored. `was_stopped`: the last of them is an end token, whether or not the vocabulary knows it."""
        if job.number in self._jobs:
            self._advance(job, tokens, was_stopped)

    def _advance(self, job: Job, tokens: Sequence[int], was_stopped: bool = False) -> None:
        """Continue an answer until it needs another token, or the request is complete."""
        assert job.request.draw is not None
        ended = self._grow(job, tokens, was_stopped)
        while ended is not None:
            job.answers.append(answer(self._vocabulary, job.tokens, ended))
            job.tokens, job.growing = (), None
            if ended == "move" or job.attempt + 1 == job.request.draw.attempts:
                self._complete(job)
                return
            if not job.firsts:
                break
            ended = self._grow(job, (job.firsts.pop(0),))
        self.ask(job)

    def _grow(self, job: Job, tokens: Sequence[int], was_stopped: bool = False) -> str | None:
        """Add tokens to a job's answer until it ends; says why it has, or None if it goes on."""
        if job.growing is None:
            job.begin(Growing(job.request.stop, self._vocabulary))
        assert job.growing is not None
        for token in tokens:
            job.tokens += (token,)
            ended = job.growing.add(token)
            if ended is not None:
                return ended
        return "eos" if was_stopped else None

    def _complete(self, job: Job) -> None:
        kept = job.kept
        assert kept is not None
        answers = tuple(job.answers)
        completion = Completion(kept.logprobs, kept.top, kept.entropy, answers, kept.further, kept.hidden)
        (self._open[job.request.tokens].done if self._together else self._done).append((job.number, completion))
        self._close(job)

    def _close(self, job: Job) -> None:
        """The job is over; with the last job of a prompt all are answered."""
        del self._jobs[job.number]
        prompt = job.request.tokens
        here = self._open[prompt]
        here.jobs -= 1
        if not here.jobs:
            del self._open[prompt]
            self._done += sorted(here.done)  # not the shortest answers first, because the reader may be killed
            self._left(prompt, here.places)
