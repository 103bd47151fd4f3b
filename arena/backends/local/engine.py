"""Requests in, batches out: which prompts are evaluated next, and what they cost.

Prompts and answers in progress are all paths of one prefix tree. A path is evaluated once, however many requests wait
for it (`arena.backends.local.waiting`, where their order is explained). The library is asked for what each row
should give: the numbers asked for, and the next tokens of the answers that wait. Texts to be scored go one by one,
between two batches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import replace
from operator import attrgetter

from arena.backends.base import Completion, Request, Scores, Vocabulary, Work
from arena.backends.local.evaluator import Evaluator, Path
from arena.backends.local.jobs import Batch, Job, wanted_of
from arena.backends.local.rows import Told, Wanted
from arena.backends.local.scoring import scores
from arena.backends.local.states import States
from arena.backends.local.tree import Tree
from arena.backends.local.waiting import Waiting

FLAT = (
    "gave every token of its vocabulary the same probability, which no trained model does: its file is probably "
    "damaged, or has no output layer, so don't believe what is measured with it"
)

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
        self._batch = batch
        self._outputs = outputs
        self._waiting = Waiting[Path](vocabulary, attrgetter("path"), together=True, left=self._forget)
        self._tree = (
            States(evaluator, cells, sequences)
            if states
            else Tree(evaluator, cells, sequences, self._waiting.further, evaluator.background)
        )
        self._begun: deque[Batch] = deque()
        self._seen: set[int] = set()  # hashes of all prompts ever evaluated, because the prompts themselves are large
        self._texts: dict[int, Path] = {}  # to be scored
        self.notices: list[str] = []  # what a person should be told, each once
        self.work = Work()

    @property
    def busy(self) -> bool:
        """Whether any request waits."""
        return bool(self._waiting.asked or self._begun or self._texts or self._waiting.any_done)

    def submit(self, number: int, request: Request) -> None:
        """Take a request; `step` will return its completion under the same number."""
        self._waiting.submit(number, request)

    def submit_text(self, number: int, tokens: Path) -> None:
        """Take a text to be scored; `step` will return its scores under the same number."""
        self._texts[number] = tokens

    def cancel(self, number: int) -> None:
        """Forget a request; paths that only it waited for are no longer evaluated."""
        if not self._texts.pop(number, None):
            self._waiting.cancel(number)

    def step(self) -> list[tuple[int, Completion | Scores]]:
        """Score one text and run one batch, if any wait; returns what was completed. Raises RuntimeError if a prompt or
        text doesn't fit the cache."""
        scored: list[tuple[int, Completion | Scores]] = []
        if self._texts:
            while self._begun:  # a batch's rows are lost when others are evaluated
                self._take(self._begun.popleft())
            number = next(iter(self._texts))
            scored.append((number, self._score(self._texts.pop(number))))
        if self._waiting.asked or self._begun:
            self._go_on()
        return scored + self._waiting.done()  # even without a batch: a cancelled request may have been in the way

    def _score(self, tokens: Path) -> Scores:
        found: list[float] = []
        for told in scores(self._evaluator, self._tree, tokens, self._waiting, min(self._outputs, self._batch)):
            self._notice(told)
            found += told.scores
        self.work = replace(self.work, prompt_tokens=self.work.prompt_tokens + len(found))
        return Scores(tuple(found))

    def _go_on(self) -> None:
        """Begin a batch and take its answers. If the library computes in the background, the next batch is begun before
        that, if it is worth it: half as many paths must wait for it as are being computed."""
        computed = sum(len(batch.rows) for batch in self._begun)
        waiting = len(self._waiting.asked) - computed
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
        asked = self._waiting.asked
        plan = self._tree.plan(self._waiting.next(), self._waiting, self._batch, outputs)
        self._waiting.settle(set(plan.answered))
        if not plan.rows:
            return False
        self._evaluator.evaluate(plan.rows)
        self._tree.settle(plan)
        self._count(len(plan.rows), plan.answered)
        rows = [(index, row.path, asked[row.path]) for index, row in enumerate(plan.rows) if row.path is not None]
        wanted = wanted_of([(index, here.jobs) for index, _, here in rows])
        jobs = [list(here.jobs) for _, _, here in rows]
        self._begun.append(Batch(rows, jobs, wanted, self._evaluator.ask(wanted)))
        return True

    def _take(self, batch: Batch) -> None:
        """Wait for a batch's answers, and give them to those who wait for them."""
        for (index, path, asked), jobs, wanted, told in zip(
            batch.rows, batch.jobs, batch.wanted, batch.answers(), strict=True
        ):
            self._waiting.over(path, asked)
            self._answer(jobs, wanted, told)
            known = set(jobs)
            late = [job for job in asked.jobs if job not in known]
            if late and not self._begun:  # answers that reached this path just now, from other rows of the batch
                further = wanted_of([(index, late)])
                self._answer(late, further[0], self._evaluator.ask(further)()[0])
            elif late:  # the rows are lost
                for job in late:
                    self._waiting.ask(job)

    def _answer(self, jobs: Sequence[Job], wanted: Wanted, told: Told) -> None:
        """Give the jobs that wait at a row what they want from it."""
        self._notice(told)
        kept = dict(zip(wanted.keep, told.kept, strict=True))
        for job, drawn in zip(jobs, told.drawn, strict=True):
            if job.tokens:
                self._waiting.go_on(job, drawn)
            else:
                self._waiting.begin(job, None if job.kept else kept[job.keep], drawn)

    def _notice(self, told: Told) -> None:
        if told.flat and FLAT not in self.notices:
            self.notices.append(FLAT)

    def _forget(self, prompt: Sequence[int], paths: Collection[Path]) -> None:
        """Free the cells of the answers to a prompt."""
        for path in sorted(paths, key=len, reverse=True):
            self._tree.forget(path, keep=len(prompt))

    def _count(self, rows: int, answered: Sequence[Path]) -> None:
        prompts = [path for path in answered if not self._waiting.is_answer(path)]
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
