"""A run in which models answer the same prompts many times over: every generation, stored as it comes; then how
surprising the first of them are to each of the models, word by word.

All prompts of a model are asked at once, so that its backend always has a full batch, and the earlier ones go first.
The last model that has written scores all texts first, and then the others do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from arena.backends.base import Capability, LanguageModel
from arena.backends.loading import Models
from arena.blocks import BLOCK, block_of
from arena.concurrency import together
from arena.errors import UsageError
from arena.experiments.cost import Amount, Cost, as_asked, estimated_tokens
from arena.experiments.drawing import draw_answers
from arena.experiments.experiment import Event, Experiment, Observer, counted
from arena.experiments.in_turn import InTurn
from arena.experiments.past import Shown
from arena.experiments.prediction.cells import AnchorsCell, plan_cells
from arena.experiments.prediction.generated import EXPERIMENT, finding_of
from arena.experiments.prediction.spec import AnchorsSpec
from arena.experiments.prediction.surprisal import word_bits, words
from arena.experiments.writing import Author, WritingPlan
from arena.records import Answer, Sample
from arena.store.rows import RunSpec
from arena.store.saving import saving
from arena.store.writer import RunWriter

MOST_GENERATIONS: Final = 10_000  # per cell
_AT_ONCE: Final = BLOCK  # generations in flight, per cell; a local model gives those of a cell back together


@dataclass(frozen=True, slots=True)
class Generated(Event):
    """A generation was drawn."""

    number: int
    answer: Answer

    @property
    def done(self) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Scoring(Event):
    """A model scores texts, those of so many cells until now."""

    by: str
    cells: int
    total: int

    @property
    def words(self) -> str:
        return f"{self.by} scores, {self.cells} of {self.total}"


class Anchors(WritingPlan[AnchorsCell]):
    """`spec.n` generations per cell."""

    experiment = EXPERIMENT
    steps = "generations"
    text = "a generation"

    def __init__(self, cells: Sequence[AnchorsCell], spec: AnchorsSpec) -> None:
        if spec.n > MOST_GENERATIONS:
            raise UsageError(f"--n is {spec.n:,}, but a prompt has at most {MOST_GENERATIONS:,} generations")
        self.cells, self.spec = cells, spec
        self.size, self.seed = spec.n, spec.seed

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"invalid": f"-,max_tokens={self.spec.max_tokens}", "scored": self.spec.scored}

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        return [self._cost(cell, shown) for cell in self.cells]

    def _cost(self, cell: AnchorsCell, shown: Shown) -> Cost:
        asked = estimated_tokens(as_asked(cell.format, *cell.request()))
        past = shown.similar(cell.spec)
        longest = self.spec.max_tokens - 1
        likely = past.answer_tokens / past.asked if past is not None and past.asked else 0.8 * longest
        scored = min(self.size, self.spec.scored) * len({each.model for each in self.cells})
        tokens = Amount(asked + (self.size + scored) * likely, asked + (self.size + scored) * longest)
        left = 1.0 - shown.done(self, cell.spec)
        return Cost(Amount(1.0 + scored, 1.0 + scored), tokens, left, past is not None)

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for name, cells in self.by_model():
            await self._fill(name, cells, writer, models, InTurn(observer, cells))
        for name, _ in reversed(self.by_model()):
            await self._score(name, writer, models, observer)

    def is_whole(self, writer: RunWriter) -> bool:
        return all(writer.valid_answers(cell.spec.key) >= self.size for cell in self.cells)

    async def _fill(
        self, name: str, cells: Sequence[AnchorsCell], writer: RunWriter, models: Models, observer: Observer
    ) -> None:
        """Draw all generations of a model."""
        done = {cell.spec.key: writer.valid_answers(cell.spec.key) for cell in cells}
        missing = [cell for cell in cells if done[cell.spec.key] < self.size]
        blocks = block_of(self.size - 1) + 1  # of a cell

        async def fill(cell: AnchorsCell, model: LanguageModel, before: int) -> None:
            question = await cell.question(model)
            writer.add_prompt(cell.spec.key, question.prompt)
            author = Author(model, question, cell.sampling, _length, _AT_ONCE, before * blocks)
            async with saving(writer, cell.spec.key):
                await draw_answers(cell.spec.key, author, writer, self.size, self.seed, partial(_tell, observer, cell))
            observer.cell_ends(cell)

        for cell in cells:
            observer.cell_begins(cell, done[cell.spec.key], self.size)
            if cell not in missing:
                observer.cell_ends(cell)
        if missing:
            await models.close_others([name])
            model = await models.get(name)
            await together(fill(cell, model, before) for before, cell in enumerate(missing))

    async def _score(self, name: str, writer: RunWriter, models: Models, observer: Observer) -> None:
        """Let a model score the first generations of every cell, its own and the others', where that isn't done yet."""
        many = min(self.size, self.spec.scored)
        own = {cell.prompt: cell for cell in self.cells if cell.model == name}
        finding = finding_of(many, next(iter(own.values())).subject.text)
        missing = [
            cell for cell in self.cells if self.takes(cell) and many and finding not in writer.findings(cell.spec.key)
        ]
        if not missing:
            return
        await models.close_others([name])
        model = await models.get(name)
        if Capability.SCORE not in model.capabilities:
            models.tell_once(f"{name}: its backend can't give the probabilities of a text, so it scores none")
            return
        for done, cell in enumerate(missing):
            observer.happens(missing[0], Scoring(name, done, len(missing)))
            prompt = (await own[cell.prompt].question(model)).prompt.tokens
            answers = writer.answers(cell.spec.key)
            bits = await _bits(model, prompt, [answers[number].sample for number in range(many)], cell.model == name)
            writer.set_finding(cell.spec.key, finding, {"bits": bits})


def _tell(observer: Observer, cell: AnchorsCell, number: int, answer: Answer) -> None:
    observer.happens(cell, Generated(number, answer))


def _length(sample: Sample) -> int:
    """The number of a text's words."""
    return len(words(sample.text))


async def _bits(
    model: LanguageModel, prompt: tuple[int, ...], samples: Sequence[Sample], own: bool
) -> list[list[float]]:
    """The bits of each word of some texts for a model. If they are its `own`, they have the tokens that were drawn."""
    found: list[list[float]] = [[] for _ in samples]

    async def score(number: int, sample: Sample) -> None:
        spoken = [token for token in sample.tokens if token not in model.vocabulary.ends]
        # a server may not tell the tokens
        found[number] = await word_bits(model, prompt, sample.text, spoken if own and spoken else None)

    await together(score(number, sample) for number, sample in enumerate(samples))
    return found


async def plan_anchors(spec: AnchorsSpec, models: Models) -> Anchors:
    """The plan of generations. Raises UsageError and InputError for what is impossible."""
    return Anchors(await plan_cells(spec, models), spec)


def amount(run: RunSpec) -> str:
    """How much a run is to contain, in words: "100 generations"."""
    return counted(run).replace("answer", "generation")


ANCHORS: Final = Experiment(EXPERIMENT, AnchorsSpec, plan_anchors, amount)
