"""Who draws numbers: a language model, a bot or a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from arena.agents.agent import Sees, View
from arena.agents.spec import make_bot
from arena.backends.base import Capability, Draw, LanguageModel, Request
from arena.experiments.drawing import Player, Question
from arena.experiments.numbers.cells import NumbersCell
from arena.experiments.numbers.task import Task
from arena.randomness import stream, uniforms
from arena.records import Answer, Sample, Seat

_A_BATCH: Final = 128
_MANY: Final = 1024

Ask = Callable[[], Awaitable[str]]  # asks a person for their next answer


class ModelPlayer:
    """A language model that is asked the same question each time.

    A local backend answers equal requests together, after a batch at the earliest; a server answers each when it is
    ready.
    """

    def __init__(self, cell: NumbersCell, model: LanguageModel, question: Question) -> None:
        self.at_once = _A_BATCH if Capability.SEEDED in model.capabilities else _MANY
        self._cell, self._model, self._question = cell, model, question

    async def answer(self, name: str, block: int = 0) -> Answer:
        """An answer sampled to its end."""
        question = self._question
        completion = await self._model.complete(
            Request(question.prompt.tokens, (), question.stop, self._cell.sampling, Draw(name, 1), top=0, block=block)
        )
        (sample,) = completion.answers
        return Answer(sample, self._cell.task.read(sample.text))


class BotPlayer:
    """A bot whose moves are the task's values."""

    at_once = _MANY

    def __init__(self, cell: NumbersCell) -> None:
        self._task = cell.task
        bot = make_bot(cell.subject, cell.task.as_game(), Seat.SUBJECT)
        assert bot.sees is Sees.MOVES, "other bots aren't planned for"
        self._bot = bot

    async def answer(self, name: str, block: int = 0) -> Answer:
        """One draw per value of the answer."""
        drawn = []
        for number, uniform in enumerate(uniforms(name, self._task.length).tolist(), start=1):
            decision = await self._bot.decide(View(0, number, draw=uniform, seed=stream(name, number)))
            assert decision.move is not None
            drawn.append(decision.move)
        return Answer(Sample(", ".join(self._task.values[move] for move in drawn), (), "eos"), tuple(drawn))


class PersonPlayer:
    """A person, who is asked for one answer at a time."""

    at_once = 1

    def __init__(self, task: Task, ask: Ask) -> None:
        self._task, self._ask = task, ask

    async def answer(self, name: str, block: int = 0) -> Answer:
        """Their next answer."""
        text = await self._ask()
        return Answer(Sample(text, (), "eos"), self._task.read(text))


def make_player(cell: NumbersCell, model: LanguageModel | None, question: Question | None, ask: Ask | None) -> Player:
    """The cell's player. Raises UsageError for a bot that doesn't fit the task."""
    if model is not None and question is not None:
        return ModelPlayer(cell, model, question)
    if cell.subject.is_person:
        assert ask is not None
        return PersonPlayer(cell.task, ask)
    return BotPlayer(cell)
