"""Requests in, batches out: which prompts are evaluated next, which answers go on, who is answered.

Prompts and answers in progress are all paths of one prefix tree. A path is evaluated once, however many requests wait
for it. The lowest block goes first; within a block answers in progress, then the deepest prompts, so that matches
finish and free their cells. Requests for the same prompt are answered together. The library is asked for what each row
should give: the numbers asked for, and the next tokens of the answers that wait. Texts to be scored go one by one,
between two batches.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from arena.backends.base import Completion, Request, Scores, Vocabulary, Work
from arena.backends.local.evaluator import Evaluator, Path
from arena.backends.local.jobs import Asked, Batch, Job, Open, Urgency, wanted_of
from arena.backends.local.rows import Told, Wanted
from arena.backends.local.scoring import scores
from arena.backends.local.states import States
from arena.backends.local.tree import Tree
from arena.backends.stopping import Growing, answer

FLAT = (
    "gave every token of its vocabulary the same probability, which no trained model does: its file is probably "
    "damaged, or has no output layer, so don't believe what is measured with it"
)

_ANSWERS_FIRST = 1 << 30  # the depth of answers in progress: above any match's

# Half of as many paths are still enough tokens to keep a GPU busy: a new round has about 15.
_HALVED = 48


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
        self._jobs: dict[int, Job] = {}
        self._open: dict[Path, Open] = {}
        self._asked: dict[Path, Asked] = {}
        self._queue: list[tuple[Urgency, Path, int]] = []
        self._taken: list[tuple[Urgency, Path, int]] = []
        self._begun: deque[Batch] = deque()
        self._order = 0
        self._seen: set[int] = set()  # hashes of all prompts ever evaluated, because the prompts themselves are large
        self._texts: dict[int, Path] = {}  # to be scored
        self._done: list[tuple[int, Completion | Scores]] = []
        self.notices: list[str] = []  # what a person should be told, each once
        self.work = Work()

    @property
    def busy(self) -> bool:
        """Whether any request waits."""
        return bool(self._asked or self._begun or self._texts or self._done)

    def submit(self, number: int, request: Request) -> None:
        """Take a request; `step` will return its completion under the same number."""
        job = self._jobs[number] = Job(number, request)
        here = self._open.setdefault(request.tokens, Open(request.block))
        here.jobs += 1
        if request.block < here.block:
            here.block = request.block
            for path in here.paths & self._asked.keys():
                self._urge(path, (here.block, -_ANSWERS_FIRST))
        self._ask(request.tokens, request.depth, job)

    def submit_text(self, number: int, tokens: Path) -> None:
        """Take a text to be scored; `step` will return its scores under the same number."""
        self._texts[number] = tokens

    def cancel(self, number: int) -> None:
        """Forget a request; paths that only it waited for are no longer evaluated."""
        if self._texts.pop(number, None):
            return
        job = self._jobs.get(number)
        if job is None:  # it may already be complete and wait for the others with its prompt
            for here in self._open.values():
                here.done = [entry for entry in here.done if entry[0] != number]
            return
        path = job.request.tokens + job.tokens
        asked = self._asked[path]
        asked.jobs.remove(job)
        if not asked.jobs:
            del self._asked[path]
        self._close(job)

    def step(self) -> list[tuple[int, Completion | Scores]]:
        """Score one text and run one batch, if any wait; returns what was completed. Raises RuntimeError if a prompt or
        text doesn't fit the cache."""
        if self._texts:
            while self._begun:  # a batch's rows are lost when others are evaluated
                self._take(self._begun.popleft())
            self._score(*next(iter(self._texts.items())))
        if self._asked or self._begun:
            self._go_on()
        done, self._done = self._done, []  # even without a batch: a cancelled request may have been the last in the way
        return done

    def _score(self, number: int, tokens: Path) -> None:
        del self._texts[number]
        found: list[float] = []
        for told in scores(self._evaluator, self._tree, tokens, self._asked, min(self._outputs, self._batch)):
            self._notice(told)
            found += told.scores
        self._done.append((number, Scores(tuple(found))))
        self.work = replace(self.work, prompt_tokens=self.work.prompt_tokens + len(found))

    def _go_on(self) -> None:
        """Begin a batch and take its answers. If the library computes in the background, the next batch is begun before
        that, if it is worth it: half as many paths must wait for it as are being computed."""
        computed = sum(len(batch.rows) for batch in self._begun)
        waiting = len(self._asked) - computed
        begun = (not self._begun or 2 * waiting >= computed) and self._begin_batch(waiting)
        if self._begun and not (begun and len(self._begun) <= self._evaluator.background):
            self._take(self._begun.popleft())
        elif not begun:
            raise RuntimeError("no prompt in the queue fits the cache")

    def _begin_batch(self, waiting: int) -> bool:
        """Plan a batch and have it evaluated; False if nothing fits. With nothing else for the device to do, it is half
        of the `waiting` paths, so that the other half is computed while its answers are looked at."""
        halved = self._evaluator.background and not self._begun and waiting >= _HALVED
        outputs = min(self._outputs, -(-waiting // 2)) if halved else self._outputs
        plan = self._tree.plan(self._next_paths(), self._asked, self._batch, outputs)
        answered = set(plan.answered)
        for entry in self._taken:
            if entry[1] not in answered:
                heapq.heappush(self._queue, entry)
        self._taken = []
        if not plan.rows:
            return False
        self._evaluator.evaluate(plan.rows)
        self._tree.settle(plan)
        self._count(len(plan.rows), plan.answered)
        rows = [(index, row.path, self._asked[row.path]) for index, row in enumerate(plan.rows) if row.path is not None]
        wanted = wanted_of([(index, asked.jobs) for index, _, asked in rows])
        for _, _, asked in rows:
            asked.begun = True
        jobs = [list(asked.jobs) for _, _, asked in rows]
        self._begun.append(Batch(rows, jobs, wanted, self._evaluator.ask(wanted)))
        return True

    def _take(self, batch: Batch) -> None:
        """Wait for a batch's answers, and give them to those who wait for them."""
        for (index, path, asked), jobs, wanted, told in zip(
            batch.rows, batch.jobs, batch.wanted, batch.answers(), strict=True
        ):
            if self._asked.get(path) is asked:
                del self._asked[path]
            self._answer(jobs, wanted, told)
            known = set(jobs)
            late = [job for job in asked.jobs if job not in known]
            if late and not self._begun:  # answers that reached this path just now, from other rows of the batch
                further = wanted_of([(index, late)])
                self._answer(late, further[0], self._evaluator.ask(further)()[0])
            elif late:  # the rows are lost
                for job in late:
                    self._ask(path, _ANSWERS_FIRST if job.tokens else job.request.depth, job)

    def _next_paths(self) -> Iterator[Path]:
        """The paths that are waited for, the most urgent first; those that the plan leaves out are put back."""
        while self._queue:
            entry = heapq.heappop(self._queue)
            asked = self._asked.get(entry[1])
            if asked is not None and asked.order == entry[2]:
                self._taken.append(entry)
                yield entry[1]

    def _ask(self, path: Path, depth: int, job: Job) -> None:
        urgency = (self._open[job.request.tokens].block, -depth)
        asked = self._asked.get(path)
        if asked is None:
            self._asked[path] = Asked(urgency, self._enqueue(path, urgency), [job])
            return
        asked.jobs.append(job)
        self._urge(path, urgency)

    def _urge(self, path: Path, urgency: Urgency) -> None:
        """Make a path that is already asked for at least this urgent."""
        asked = self._asked[path]
        if urgency < asked.urgency and not asked.begun:
            asked.urgency, asked.order = urgency, self._enqueue(path, urgency)

    def _enqueue(self, path: Path, urgency: Urgency) -> int:
        self._order += 1
        heapq.heappush(self._queue, (urgency, path, self._order))
        return self._order

    def _answer(self, jobs: Sequence[Job], wanted: Wanted, told: Told) -> None:
        """Give the jobs that wait at a row what they want from it."""
        self._notice(told)
        kept = dict(zip(wanted.keep, told.kept, strict=True))
        for job, drawn in zip(jobs, told.drawn, strict=True):
            if job.number not in self._jobs:  # cancelled meanwhile
                continue
            if job.tokens:
                job.tokens += drawn
                self._advance(job)
                continue
            job.kept = job.kept or kept[job.keep]
            if job.request.draw is None:
                self._complete(job)
                continue
            job.first = list(drawn)
            self._begin(job)
            self._advance(job)

    def _notice(self, told: Told) -> None:
        if told.flat and FLAT not in self.notices:
            self.notices.append(FLAT)

    def _begin(self, job: Job) -> None:
        """Start the next attempt, whose first token has already been drawn."""
        job.attempt += 1
        job.tokens = (job.first.pop(0),)
        job.growing = Growing(job.request.stop, self._vocabulary)
        job.uniforms = None

    def _advance(self, job: Job) -> None:
        """Continue an answer, whose last token is new, until it needs another token, or the request is complete."""
        request = job.request
        assert request.draw is not None and job.growing is not None
        while (ended := job.growing.add(job.tokens[-1])) is not None:
            job.answers.append(answer(self._vocabulary, job.tokens, ended))
            if ended == "move" or job.attempt + 1 == request.draw.attempts:
                self._complete(job)
                return
            if not job.first:
                job.tokens = ()
                self._ask(request.tokens, request.depth, job)
                return
            self._begin(job)
        if job.uniforms is None:  # most answers are one token, so the draws of others are made when needed
            job.uniforms = job.uniforms_of(job.attempt)
        path = request.tokens + job.tokens
        self._open[request.tokens].paths.add(path)
        self._ask(path, _ANSWERS_FIRST, job)

    def _complete(self, job: Job) -> None:
        kept = job.kept
        assert kept is not None
        completion = Completion(kept.logprobs, kept.top, kept.entropy, tuple(job.answers), kept.further)
        self._open[job.request.tokens].done.append((job.number, completion))
        self._close(job)

    def _close(self, job: Job) -> None:
        """The job is over. With the last job of a prompt all are answered, and their answers' cells are freed.

        This keeps matches in the same position together: if one whose first answer was invalid came later, the prompt
        that the others asked next would have to be evaluated again for it.
        """
        del self._jobs[job.number]
        prompt = job.request.tokens
        here = self._open[prompt]
        here.jobs -= 1
        if not here.jobs:
            del self._open[prompt]
            self._done += sorted(here.done)  # not the shortest answers first, because the reader may be killed
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
