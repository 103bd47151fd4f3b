"""What plans in which models write texts have in common: models go one after another, so that one is in memory only
while it is needed, each is loaded once before anything is stored, and whoever writes a cell's texts is asked alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from arena.backends.base import Draw, LanguageModel, Request, Sampling
from arena.backends.loading import Models
from arena.errors import InputError
from arena.experiments.drawing import Question
from arena.experiments.experiment import Cell, Plan
from arena.records import Answer, Sample
from arena.store.rows import RunRow, Unit


class WritingCell(Cell, Protocol):
    """A cell in which one model writes."""

    @property
    def model(self) -> str:
        """The name of the model."""

    @property
    def sampling(self) -> Sampling:
        """How its texts are drawn."""

    async def question(self, model: LanguageModel) -> Question:
        """The request as this model reads it. Raises InputError for a format that it doesn't have."""


C = TypeVar("C", bound=WritingCell)


class WritingPlan(Plan, Generic[C]):
    """A plan of texts, which are answers."""

    unit = Unit.ANSWER
    text: ClassVar[str]  # what is written, as in "a poem"
    cells: Sequence[C]

    async def check(self, models: Models, known: RunRow | None) -> None:
        """Load every model once before anything is stored, to refuse what it can't do and to know its build."""
        if known is not None:
            return
        for name, cells in reversed(self.by_model()):
            await models.close_others([name])
            model = await models.get(name)
            for cell in cells:
                model.check(cell.sampling)
                question = await cell.question(model)
                longest = len(question.prompt.tokens) + question.stop.max_tokens
                if longest > model.context:
                    raise InputError(
                        f"{self.text} takes up to {longest} tokens, but {model.name} has room for {model.context}"
                    )

    def by_model(self) -> list[tuple[str, list[C]]]:
        """The cells to be filled now, under their models' names."""
        return [(name, list(cells)) for name, cells in groupby(filter(self.takes, self.cells), lambda cell: cell.model)]


@dataclass(frozen=True, slots=True)
class Author:
    """A model that answers one question. `value` reads an answer (None: it is refused), `at_once` is how many answers
    may be in flight, and as many blocks of draws as `before` go first, those of earlier questions."""

    model: LanguageModel
    question: Question
    sampling: Sampling
    value: Callable[[Sample], Any]
    at_once: int
    before: int = 0

    async def answer(self, name: str, block: int = 0) -> Answer:
        """One answer, to its end. Raises ModelError if the model fails."""
        tokens, stop, block = self.question.prompt.tokens, self.question.stop, self.before + block
        completion = await self.model.complete(
            Request(tokens, (), stop, self.sampling, Draw(name, 1), top=0, block=block)
        )
        (sample,) = completion.answers
        return Answer(sample, self.value(sample))
