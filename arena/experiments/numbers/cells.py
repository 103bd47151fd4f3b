"""From a command's grid to a task's cells: who draws what, how a model is asked, and what names the draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from arena.agents.agent import AgentSpec, Sees
from arena.agents.encoding import read
from arena.agents.moves import closing_marks
from arena.agents.spec import make_bot, parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.base import LanguageModel, Sampling, StopRule
from arena.backends.loading import Models
from arena.errors import UsageError
from arena.experiments.asked import asked_cell
from arena.experiments.drawing import Question
from arena.experiments.numbers.spec import NumbersSpec
from arena.experiments.numbers.task import Task, find_task
from arena.prompts.wording import Wording, find_task_wording, read_wording
from arena.randomness import stream
from arena.records import Seat
from arena.store.rows import CellSpec


@dataclass(frozen=True, slots=True)
class NumbersCell:
    """A grid square: a player and a task, and for a model the wording, the format and the sampling."""

    task: Task
    subject: AgentSpec
    spec: CellSpec
    wording: Wording | None = None
    format: str = ""
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def title(self) -> str:
        """Who draws what, in one line."""
        how = "" if self.sampling == Sampling() else f", {self.sampling}"
        variant = "" if self.spec.asked is None else self.spec.asked.variant
        matched = "" if self.spec.asked is None else self.spec.asked.matched
        parts = (f", wording {variant}" if variant else "", f", as broad as {matched}" if matched else "", how)
        return f"{self.subject.text} · {self.task.title}{''.join(parts)}"

    @property
    def model(self) -> str | None:
        """The name of the model that the cell needs."""
        return self.subject.argument if self.subject.is_model else None

    @property
    def models(self) -> tuple[str, ...]:
        """The same, in the form that all cells share."""
        return () if self.model is None else (self.model,)

    @property
    def asked(self) -> tuple[str | None, Wording | None, str]:
        """Equal for cells that differ only in the sampling: their answers come from one tree."""
        return self.model, self.wording, self.format

    async def question(self, model: LanguageModel) -> Question:
        """The prompt as this model reads it. Raises InputError for a format that it doesn't have."""
        assert self.wording is not None
        request, infix = self.wording.render(self.task.values, (), (), 1)
        # nothing is "found" early, as a move is: an answer is read when it has ended
        closed = f"{closing_marks(self.wording.closing)}|{self.task.whole}"
        stop = StopRule("(?!)", closed, self.task.max_tokens)
        return Question(await read(model, self.format, request, infix), stop)


async def plan_cells(spec: NumbersSpec, models: Models, matched: str = "") -> list[NumbersCell]:
    """The cells of a grid, subject by subject; a bot or a person has one, whatever the samplings. `matched` is the
    subject whose entropy the temperature was chosen to reach.

    Raises UsageError for players and tasks that don't exist, InputError for models and settings.
    """
    check_format(spec.format)
    asked = find_task(spec.task)
    cells: list[NumbersCell] = []
    for subject in dict.fromkeys(spec.subjects):
        player = parse_agent(subject)
        if player.is_model:
            cells += await _model_cells(player, asked, spec, models, matched)
        else:  # a bot that doesn't fit is refused before anything is drawn
            if make_bot(player, asked.as_game(), Seat.SUBJECT).sees is not Sees.MOVES:
                raise UsageError(f"{player.text} replies to others: it draws nothing by itself")
            key = stream(player.text, "", asked.name, "-", "-")
            cells.append(NumbersCell(asked, player, CellSpec(key, player.text, "", asked.name)))
    return cells


async def _model_cells(
    player: AgentSpec, task: Task, spec: NumbersSpec, models: Models, matched: str
) -> list[NumbersCell]:
    style, format_ = await style_and_format(player.argument, spec.style, spec.format, models)
    if spec.wording is not None:
        wordings = {"": read_wording(Path(spec.wording), style)}
    else:
        wordings = {variant: find_task_wording(task.name, style, variant) for variant in spec.paraphrases}
    cells = []
    for (variant, wording), sampling in product(wordings.items(), spec.samplings):
        stored = asked_cell(player, task.name, wording, format_, sampling, variant=variant, matched=matched)
        cells.append(NumbersCell(task, player, stored, wording, format_, sampling))
    return cells
