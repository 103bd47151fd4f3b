"""The open requests of many matches, and what a server's answers mean for them.

A prompt's distribution is asked for once: the log-probabilities of the tokens wanted and of the likeliest ones. With
them the next token is drawn here, for every match that stands at this prompt, now or later (known.py). An answer that
this token doesn't end stands at a place of its own, whose distribution is asked for in the same way; only where one
answer stands alone and needs many tokens does a server continue it by itself. A server also draws what lies beyond the
known tokens, and everything under settings whose distribution it doesn't tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from arena.backends.base import Completion, Request, Sampling, Scores, Vocabulary, Work
from arena.backends.local.jobs import Job
from arena.backends.local.rows import Kept
from arena.backends.local.waiting import Waiting
from arena.backends.remote.answers import Generated
from arena.backends.remote.flow import Flow
from arena.backends.remote.kinds import Kind
from arena.backends.remote.known import Known, Memory
from arena.backends.remote.lengths import Lengths
from arena.backends.remote.posts import Place, Post, Posts, Text
from arena.backends.remote.transport import Transport
from arena.backends.server import ServerSettings

Ask = Callable[[Kind, Sequence[tuple[int, ...]]], Awaitable[list[Generated]]]
"""Has a server answer prompts of one kind. Raises ModelError if the servers stay away or can't be believed."""

_NOTHING: Final = Kept((), (), None, ())


class Asking:
    """The open requests of one model. `ask` has the servers behind `transport` answer; `tells` says of a sampling
    setting whether they tell its distribution."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        ask: Ask,
        transport: Transport,
        settings: ServerSettings,
        tells: Callable[[Sampling], bool],
    ) -> None:
        self._size = len(vocabulary.pieces)
        self._ask = ask
        self._likeliest = settings.likeliest
        self._tells = tells
        self._flow = Flow(len(transport.urls), settings.flights)
        transport.on_trouble = self._flow.pushed_back
        self._memory = Memory()
        self._lengths = Lengths()
        self._waiting = Waiting[Place](vocabulary, self._place, together=False, is_known=self._memory.__contains__)
        self._posts = Posts(self._waiting, self._lengths, settings.batch)
        self._open: dict[int, tuple[Request, asyncio.Future[Completion]]] = {}
        self._number = 0
        self._woken = self._closed = False
        self._sending: set[asyncio.Task[None]] = set()
        self.work = Work()

    # --- requests ---

    async def complete(self, request: Request) -> Completion:
        """Answer a request. Raises ModelError if the servers stay away."""
        self._number = number = self._number + 1
        future: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._open[number] = (request, future)
        self._waiting.submit(number, request)
        self._wake()
        try:
            return await future
        finally:
            if self._open.pop(number, None):
                self._waiting.cancel(number)

    async def score(self, tokens: tuple[int, ...]) -> Scores:
        """Score a text. Texts and prompts take turns. Raises ModelError if the servers stay away."""
        text = Text(tokens, asyncio.get_running_loop().create_future())
        self._posts.add_text(text)
        self._wake()
        return await text.scores

    async def close(self) -> None:
        """Give up everything: whoever waits learns that nothing will come."""
        self._closed = True
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        self._posts.cancel()
        for _, future in self._open.values():
            future.cancel()

    def _place(self, job: Job) -> Place:
        """Where a job waits."""
        request = job.request
        if not self._tells(request.sampling):
            return job.path, Kind(request.sampling, 1)
        if job.tokens:
            return job.path, Kind(request.sampling, 1, top=self._likeliest)
        top = max(request.top, self._likeliest) if request.draw else request.top
        return job.path, Kind(request.sampling, 1, request.wanted, top)

    # --- sending ---

    def _wake(self) -> None:
        """Go on when all who were answered together have asked together."""
        if not self._woken and not self._closed:
            self._woken = True
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        """Answer what is known, send what may be sent, and tell those who are answered."""
        self._woken = False
        while ready := self._waiting.ready():
            for place, job in ready:
                known = self._memory.get(place)
                if known is None:  # forgotten meanwhile
                    self._waiting.ask(job)
                else:
                    self._draw(place, known, [job])
        while self._flow.is_free and (post := self._posts.next()):
            task = asyncio.create_task(self._send(post, self._flow.sent()))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        for number, completion in self._waiting.done():
            if number not in self._open:  # cancelled since
                continue
            request, future = self._open.pop(number)
            for answer in completion.answers:
                self._lengths.add(request.stop, len(answer.tokens))
            if not future.done():
                future.set_result(completion)

    async def _send(self, post: Post, number: int) -> None:
        """Send a request, and hand out the answers."""
        try:
            found = await self._ask(post.kind, post.prompts)
            self._count(post, found)
            for who, one in zip(post.whose, found, strict=True):
                self._take(who, one)
            self._flow.answered(number, self._posts.any_wait)
        except BaseException as error:  # even a bug, or cancellation: nobody may be left waiting
            self._fail(post, error)
            if not isinstance(error, (Exception, asyncio.CancelledError)):
                raise
        finally:
            self._flow.failed(number)  # unless it was answered
            self._wake()

    def _count(self, post: Post, found: list[Generated]) -> None:
        places = sum(isinstance(who, tuple) for who in post.whose)
        prompts = places if post.kind.wanted else 0  # what has no token to count is an answer's
        drawn = sum(len(one.tokens) for who, one in zip(post.whose, found, strict=True) if isinstance(who, Job))
        work = self.work
        self.work = Work(
            prompt_tokens=work.prompt_tokens + sum(one.evaluated for one in found),
            sampled_tokens=work.sampled_tokens + drawn + places - prompts,
            prompts=work.prompts + prompts,
            batches=work.batches + 1,
        )

    # --- answers ---

    def _take(self, who: Place | Job | Text, found: Generated) -> None:
        """Give an answer to those who wait for it."""
        if isinstance(who, Text):
            if not who.scores.done():
                who.scores.set_result(Scores(found.scores))
        elif isinstance(who, Job):
            who.kept = who.kept or _NOTHING
            self._waiting.go_on(who, found.tokens, found.was_stopped)
        else:
            known = Known(found.numbers, self._size)
            self._memory.keep(who, known)
            asked = self._waiting.asked.get(who)
            if asked is not None:
                self._waiting.over(who, asked)
                self._draw(who, known, asked.jobs)

    def _draw(self, place: Place, known: Known, jobs: Iterable[Job]) -> None:
        """Give those who stand at a place their numbers and their next token."""
        numbers = known.numbers
        for job in jobs:
            request = job.request
            job.kept = job.kept or Kept(numbers.logprobs, numbers.top[: request.top], None, (), numbers.hidden)
            if request.draw is None:
                self._waiting.begin(job, job.kept, ())
                continue
            token = known.draw(job.next_uniform())
            if token is None:
                self._posts.add_beyond(place, known, job)
            else:
                self._waiting.go_on(job, (token,))

    def _fail(self, post: Post, error: BaseException) -> None:
        """Tell everyone who waits for a request's answers that none will come."""
        jobs: list[Job] = []
        for who in post.whose:
            if isinstance(who, Text):
                _give_up(who.scores, error)
            elif isinstance(who, Job):
                jobs.append(who)
            elif (asked := self._waiting.asked.get(who)) is not None:
                jobs += asked.jobs
        for job in jobs:
            if (found := self._open.pop(job.number, None)) is not None:
                self._waiting.cancel(job.number)
                _give_up(found[1], error)


def _give_up(future: asyncio.Future[Completion] | asyncio.Future[Scores], error: BaseException) -> None:
    if isinstance(error, asyncio.CancelledError):
        future.cancel()
    elif not future.done():
        future.set_exception(error)
