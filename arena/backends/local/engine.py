"""Requests in, batches out: which prompts are evaluated next, which answers go on, who is answered.

Prompts and answers in progress are all paths of one prefix tree. A path that somebody waits for is asked for
once, whoever waits. The lowest block goes first; within a block answers in progress, then the deepest prompts, so
that matches finish and their cells go. Those who asked the same prompt are answered together. Of a row of logits
only the numbers asked for are kept, and the next tokens of those who wait.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from arena.backends.base import Completion, Numbers, Request, StopRule, Vocabulary, Work
from arena.backends.distribution import Logits
from arena.backends.local.states import States
from arena.backends.local.tree import Memory, Path, Row, Tree
from arena.backends.stopping import answer, ending
from arena.randomness import stream, uniforms
from arena.records import Sample, TokenProbability

# First tokens that are drawn for a request while its logits are there. More are seldom needed, and then the
# prompt is evaluated again.
FIRST_TOKENS = 4

FLAT = (
    "gave every token of its vocabulary the same probability, which no trained model does: its file is probably "
    "damaged, or has no output layer, so don't believe what is measured with it"
)

_ANSWERS_FIRST = 1 << 30  # the depth of answers in progress: above any match's

_Urgency = tuple[int, int]  # block and negative depth: the lowest goes first
_MOST_ENDINGS = 100_000  # verdicts on answers that are remembered


class Evaluator(Memory, Protocol):
    """What evaluates rows: llama.cpp, or a table in a test."""

    def evaluate(self, rows: Sequence[Row]) -> None:
        """Run one batch."""
        ...

    def logits(self, index: int) -> NDArray[np.float32]:
        """The logits of a row of the last batch, shape (vocabulary,)."""
        ...


@dataclass(slots=True, eq=False)
class _Job:
    """A request on its way. `tokens` is the answer in progress, `first` the first tokens of later attempts."""

    number: int
    request: Request
    numbers: _Numbers | None = None
    attempt: int = -1
    first: list[int] = field(default_factory=list)
    tokens: Path = ()
    uniforms: NDArray[np.float64] | None = None
    answers: list[Sample] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What is kept of a distribution."""

    logprobs: tuple[float, ...]
    top: tuple[TokenProbability, ...]
    entropy: float
    further: tuple[Numbers, ...]


@dataclass(slots=True)
class _Asked:
    """A path whose distribution somebody waits for; `order` tells its entry in the queue from stale ones."""

    urgency: _Urgency
    order: int
    jobs: list[_Job]


@dataclass(slots=True)
class _Open:
    """A prompt with jobs on their way, the paths that their answers took beyond it, and the jobs that are done.

    `block` is that of the most urgent job: all wait for each other.
    """

    block: int
    jobs: int = 0
    paths: set[Path] = field(default_factory=set)
    done: list[tuple[int, Completion]] = field(default_factory=list)


class Engine:
    """The scheduling of one model's requests. `step` runs one batch; everything else is bookkeeping."""

    def __init__(
        self,
        evaluator: Evaluator,
        vocabulary: Vocabulary,
        *,
        cells: int,
        sequences: int,
        batch: int,
        outputs: int,
        states: bool = False,
    ) -> None:
        self._evaluator = evaluator
        self._vocabulary = vocabulary
        self._tree = (States if states else Tree)(evaluator, cells, sequences)
        self._batch = batch
        self._outputs = outputs
        self._jobs: dict[int, _Job] = {}
        self._open: dict[Path, _Open] = {}
        self._asked: dict[Path, _Asked] = {}
        self._queue: list[tuple[_Urgency, Path, int]] = []
        self._taken: list[tuple[_Urgency, Path, int]] = []
        self._order = 0
        self._seen: set[int] = set()  # hashes of the prompts ever evaluated: the prompts themselves are large
        self._endings: dict[tuple[StopRule, Path], str | None] = {}
        self._done: list[tuple[int, Completion]] = []
        self.notices: list[str] = []  # what a person should be told, each once
        self.work = Work()

    @property
    def busy(self) -> bool:
        """Whether anybody waits."""
        return bool(self._asked or self._done)

    def submit(self, number: int, request: Request) -> None:
        """Take a request; `step` will give its completion under the same number."""
        job = self._jobs[number] = _Job(number, request)
        here = self._open.setdefault(request.tokens, _Open(request.block))
        here.jobs += 1
        if request.block < here.block:
            here.block = request.block
            for path in here.paths & self._asked.keys():
                self._urge(path, (here.block, -_ANSWERS_FIRST))
        self._ask(request.tokens, request.depth, job)

    def cancel(self, number: int) -> None:
        """Forget a request; what is asked for it alone is asked no more."""
        job = self._jobs.get(number)
        if job is None:  # it may be complete already and wait for the others at its prompt
            for here in self._open.values():
                here.done = [entry for entry in here.done if entry[0] != number]
            return
        path = job.request.tokens + job.tokens
        asked = self._asked[path]
        asked.jobs.remove(job)
        if not asked.jobs:
            del self._asked[path]
        self._close(job)

    def step(self) -> list[tuple[int, Completion]]:
        """Run one batch; returns the requests that it completed. Raises RuntimeError if a prompt fits nowhere."""
        if not self._asked:  # a cancelled request was the last that others waited for
            done, self._done = self._done, []
            return done
        plan = self._tree.plan(self._next_paths(), self._asked, self._batch, self._outputs)
        if not plan.rows:
            raise RuntimeError("no prompt in the queue fits the cache")
        self._evaluator.evaluate(plan.rows)
        self._tree.settle(plan)
        answered = set(plan.answered)
        self._count(len(plan.rows), plan.answered)
        for entry in self._taken:
            if entry[1] not in answered:
                heapq.heappush(self._queue, entry)
        self._taken = []
        for index, row in enumerate(plan.rows):
            if row.path is not None:
                self._answer(row.path, self._evaluator.logits(index))
        done, self._done = self._done, []
        return done

    def _next_paths(self) -> Iterator[Path]:
        """The paths that are waited for, the most urgent first; what the plan leaves is put back."""
        while self._queue:
            entry = heapq.heappop(self._queue)
            asked = self._asked.get(entry[1])
            if asked is not None and asked.order == entry[2]:
                self._taken.append(entry)
                yield entry[1]

    def _ask(self, path: Path, depth: int, job: _Job) -> None:
        urgency = (self._open[job.request.tokens].block, -depth)
        asked = self._asked.get(path)
        if asked is None:
            self._asked[path] = _Asked(urgency, self._enqueue(path, urgency), [job])
            return
        asked.jobs.append(job)
        self._urge(path, urgency)

    def _urge(self, path: Path, urgency: _Urgency) -> None:
        """See that a path that is asked for already comes as soon as this."""
        asked = self._asked[path]
        if urgency < asked.urgency:
            asked.urgency, asked.order = urgency, self._enqueue(path, urgency)

    def _enqueue(self, path: Path, urgency: _Urgency) -> int:
        self._order += 1
        heapq.heappush(self._queue, (urgency, path, self._order))
        return self._order

    def _answer(self, path: Path, logits: NDArray[np.float32]) -> None:
        """Give everybody who waits at a path what they want of its distribution."""
        row = Logits(logits)
        if row.flat and FLAT not in self.notices:
            self.notices.append(FLAT)
        numbers: dict[object, _Numbers] = {}
        for job in self._asked.pop(path).jobs:
            request = job.request
            distribution = row.under(request.sampling)
            if job.tokens:
                assert job.uniforms is not None
                job.tokens += (distribution.draw(float(job.uniforms[len(job.tokens)])),)
                self._advance(job)
                continue
            if job.numbers is None:
                key = (request.sampling, request.wanted, request.top, request.further)
                if key not in numbers:
                    numbers[key] = _Numbers(
                        distribution.logprobs(request.wanted),
                        distribution.top(request.top),
                        distribution.entropy(),
                        tuple(row.numbers(setting, request.wanted) for setting in request.further),
                    )
                job.numbers = numbers[key]
            if request.draw is None:
                self._complete(job)
                continue
            start = job.attempt + 1
            attempts = range(start, min(start + FIRST_TOKENS, request.draw.attempts))
            job.first = [distribution.draw(float(self._uniforms(job, attempt)[0])) for attempt in attempts]
            self._begin(job)
            self._advance(job)

    @staticmethod
    def _uniforms(job: _Job, attempt: int) -> NDArray[np.float64]:
        assert job.request.draw is not None
        return uniforms(stream(job.request.draw.name, attempt), job.request.stop.max_tokens)

    def _begin(self, job: _Job) -> None:
        """Start the next attempt, whose first token is drawn already."""
        job.attempt += 1
        job.tokens = (job.first.pop(0),)
        job.uniforms = None

    def _advance(self, job: _Job) -> None:
        """Go on with an answer until it needs another token, or the request is complete."""
        request = job.request
        assert request.draw is not None
        while (ended := self._ending(request.stop, job.tokens)) is not None:
            job.answers.append(answer(self._vocabulary, job.tokens, ended))
            if ended == "move" or job.attempt + 1 == request.draw.attempts:
                self._complete(job)
                return
            if not job.first:
                job.tokens = ()
                self._ask(request.tokens, request.depth, job)
                return
            self._begin(job)
        if job.uniforms is None:  # most answers are one token: the others' draws are made when they are needed
            job.uniforms = self._uniforms(job, job.attempt)
        path = request.tokens + job.tokens
        self._open[request.tokens].paths.add(path)
        self._ask(path, _ANSWERS_FIRST, job)

    def _ending(self, rule: StopRule, tokens: Path) -> str | None:
        key = (rule, tokens)
        if key not in self._endings:
            if len(self._endings) >= _MOST_ENDINGS:
                self._endings.clear()
            self._endings[key] = ending(rule, self._vocabulary, tokens)
        return self._endings[key]

    def _complete(self, job: _Job) -> None:
        numbers = job.numbers
        assert numbers is not None
        completion = Completion(numbers.logprobs, numbers.top, numbers.entropy, tuple(job.answers), numbers.further)
        self._open[job.request.tokens].done.append((job.number, completion))
        self._close(job)

    def _close(self, job: _Job) -> None:
        """The job is over; with the last one of a prompt all are answered and the answers' cells go.

        Matches that stand alike stay together so: if one whose first answer was invalid came later, the prompt
        that the others asked next would have to be evaluated again for it.
        """
        del self._jobs[job.number]
        prompt = job.request.tokens
        here = self._open[prompt]
        here.jobs -= 1
        if not here.jobs:
            del self._open[prompt]
            self._done += sorted(here.done)  # not the shortest answers first: whoever listens may be killed
            for path in sorted(here.paths, key=len, reverse=True):
                self._tree.forget(path, keep=len(prompt))

    def _count(self, rows: int, answered: Sequence[Path]) -> None:
        prompts = [path for path in answered if path in self._open and not self._is_answer(path)]
        sampled = len(answered) - len(prompts)
        hashes = [hash(path) for path in prompts]
        repeated = sum(value in self._seen for value in hashes)
        self._seen.update(hashes)
        self.work = Work(
            prompt_tokens=self.work.prompt_tokens + rows - sampled,
            sampled_tokens=self.work.sampled_tokens + sampled,
            prompts=self.work.prompts + len(prompts) - repeated,
            repeated=self.work.repeated + repeated,
            batches=self.work.batches + 1,
        )

    def _is_answer(self, path: Path) -> bool:
        return all(job.tokens for job in self._asked[path].jobs)
