"""A run in which models write poems: every cell's answers, drawn until enough of them are poems, stored as they come.

The cells of a model are filled at once, whatever their topics and temperatures, so that its backend always has a full
batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.backends.base import Capability, LanguageModel
from arena.backends.loading import Models
from arena.concurrency import together
from arena.errors import UsageError
from arena.experiments.cost import Cost
from arena.experiments.drawing import Question, draw_answers
from arena.experiments.experiment import Event, Experiment, Observer, counted
from arena.experiments.in_turn import InTurn
from arena.experiments.past import Shown
from arena.experiments.poems.cells import MOST_DRAWS, PoemsCell, plan_cells
from arena.experiments.poems.cost import cost
from arena.experiments.poems.generated import SURPRISAL
from arena.experiments.poems.kinds import EXPERIMENT, Kind, is_kind
from arena.experiments.poems.poem import read_poem
from arena.experiments.poems.spec import PoemsSpec
from arena.experiments.poems.surprisal import bits_per_word
from arena.experiments.writing import Author, WritingPlan
from arena.records import Answer, Sample
from arena.store.rows import RunSpec
from arena.store.saving import saving
from arena.store.writer import RunWriter

MOST_POEMS: Final = 10_000  # per cell
_AT_ONCE: Final = 32  # answers in flight, per cell; a model gives those of a cell back together


@dataclass(frozen=True, slots=True)
class PoemDrawn(Event):
    """An answer was drawn, a poem or not."""

    number: int
    answer: Answer

    @property
    def done(self) -> int:
        return int(self.answer.value is not None)


class Poems(WritingPlan[PoemsCell]):
    """`spec.n` poems per cell."""

    experiment = EXPERIMENT
    steps = "poems"
    text = "a poem"

    def __init__(self, cells: Sequence[PoemsCell], spec: PoemsSpec) -> None:
        if spec.n > MOST_POEMS:
            raise UsageError(f"--n is {spec.n:,}, but a model writes at most {MOST_POEMS:,} poems on a topic")
        self.cells = cells
        self.size, self.seed = spec.n, spec.seed

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"mode": Kind.POEMS, "invalid": f"redraw,at_most={MOST_DRAWS}n"}

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        return [cost(cell, self.size, shown, 1.0 - shown.done(self, cell.spec)) for cell in self.cells]

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for name, cells in self.by_model():
            await self._fill(name, cells, writer, models, InTurn(observer, cells))

    async def _fill(
        self, name: str, cells: Sequence[PoemsCell], writer: RunWriter, models: Models, observer: Observer
    ) -> None:
        """Fill all cells of a model."""
        done = {cell.spec.key: writer.valid_answers(cell.spec.key) for cell in cells}
        if all(count >= self.size for count in done.values()):
            for cell in cells:
                observer.cell_begins(cell, done[cell.spec.key], self.size)
                observer.cell_ends(cell)
            return
        await models.close_others([name])
        model = await models.get(name)

        async def fill(cell: PoemsCell) -> None:
            key = cell.spec.key
            question = await cell.question(model)
            writer.add_prompt(key, question.prompt)
            observer.cell_begins(cell, done[key], self.size)
            async with saving(writer, key):
                await draw_answers(
                    key,
                    Author(model, question, cell.sampling, _lines, _AT_ONCE),
                    writer,
                    self.size,
                    self.seed,
                    lambda *seen: observer.happens(cell, PoemDrawn(*seen)),
                    MOST_DRAWS,
                )
                await _look(cell, model, question, writer)
            self._tell(cell, writer, models)
            observer.cell_ends(cell)

        await together(fill(cell) for cell in cells)

    def _tell(self, cell: PoemsCell, writer: RunWriter, models: Models) -> None:
        """Say so if a model hasn't managed enough poems."""
        managed = writer.valid_answers(cell.spec.key)
        if managed < self.size:
            models.tell_once(
                f"{cell.subject.text} managed {managed} of {self.size} poems of four lines on {cell.topic} in "
                f"{MOST_DRAWS * self.size} answers, and isn't asked for more: `arena prompts` shows how it was asked, "
                "and --wording asks in your own words"
            )


def _lines(sample: Sample) -> tuple[str, ...] | None:
    """The lines of the poem in an answer; None if there is none."""
    found = read_poem(sample)
    return None if found is None else found.lines


async def _look(cell: PoemsCell, model: LanguageModel, question: Question, writer: RunWriter) -> None:
    """Find out how surprising each poem is to the model that wrote it, where its backend can say so."""
    key = cell.spec.key
    if Capability.SCORE not in model.capabilities:
        return
    bits: dict[str, float] = {}

    async def look(number: int, answer: Answer) -> None:
        found = read_poem(answer.sample)
        if found is not None:
            value = await bits_per_word(model, question.prompt, answer.sample, found)
            if value is not None:
                bits[str(number)] = value

    poems = {number: answer for number, answer in writer.answers(key).items() if answer.value is not None}
    await together(look(number, answer) for number, answer in poems.items())
    writer.set_finding(key, SURPRISAL, {"bits": bits})


async def plan_poems(spec: PoemsSpec, models: Models) -> Poems:
    """The plan of poems. Raises UsageError and InputError for what is impossible."""
    return Poems(await plan_cells(spec, models), spec)


def amount(run: RunSpec) -> str:
    """How much a run is to contain, in words: "20 poems each", "12 contests", "judgements of 12 contests"."""
    contests = f"{len(run.cells)} contest{'s' * (len(run.cells) != 1)}"
    if is_kind(run, Kind.CONTESTS):
        return contests
    if is_kind(run, Kind.JUDGEMENTS):
        return f"judgements of {contests}"
    return counted(run).replace("answer", "poem")


POEMS: Final = Experiment(EXPERIMENT, PoemsSpec, plan_poems, amount)
