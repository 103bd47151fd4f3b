"""From a command's grid to a task's cells: who draws what, how a model is asked, and what names the draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import ClassVar

from arena.agents.agent import AgentSpec, Sees
from arena.agents.encoding import chat_template, encode
from arena.agents.moves import closing_marks
from arena.agents.spec import make_bot, parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.base import LanguageModel, Sampling, StopRule
from arena.backends.loading import Models
from arena.concurrency import aside
from arena.errors import UsageError
from arena.experiments.numbers.task import Task, find_task
from arena.prompts.formats import render
from arena.prompts.wording import Style, Wording, find_task_wording, read_wording
from arena.randomness import stream
from arena.records import Prompt, Seat
from arena.store.rows import CellSpec


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """What a command may choose. `variants` are paraphrases of the wording ("" is the wording itself); None for a style
    or a format leaves it to the catalog."""

    samplings: tuple[Sampling, ...] = (Sampling(),)
    variants: tuple[str, ...] = ("",)
    style: Style | None = None
    format: str | None = None
    wording: Path | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked: a prompt as tokens, and when an answer to it ends."""

    prompt: Prompt
    stop: StopRule


@dataclass(frozen=True, slots=True)
class TaskCell:
    """A grid square: a player and a task, and for a model the wording, the format and the sampling."""

    task: Task
    subject: AgentSpec
    spec: CellSpec
    wording: Wording | None = None
    format: str = ""
    sampling: Sampling = field(default_factory=Sampling)

    unit: ClassVar[str] = "answers"  # of which it consists

    @property
    def title(self) -> str:
        """Who draws what, in a line."""
        how = "" if self.sampling == Sampling() else f", {self.sampling}"
        variant = (self.spec.prompt or {}).get("variant")
        return f"{self.subject.text} · {self.task.title}{f', wording {variant}' if variant else ''}{how}"

    @property
    def model(self) -> str | None:
        """The name of the model that it needs."""
        return self.subject.argument if self.subject.is_model else None

    @property
    def asked(self) -> tuple[str | None, Wording | None, str]:
        """What cells have in common that differ in nothing but the sampling: their answers come from one tree."""
        return self.model, self.wording, self.format

    async def question(self, model: LanguageModel) -> Question:
        """The prompt as this model reads it. Raises InputError for a format that it doesn't have."""
        assert self.wording is not None
        request, infix = self.wording.render(self.task.values, (), (), 1)
        segments = await aside(render, self.format, request, infix, chat_template(model))
        text = "".join(segment.text for segment in segments)
        # nothing is "found" as a move is: an answer is read when it has ended
        closed = f"{closing_marks(self.wording.closing)}|{self.task.whole}"
        stop = StopRule("(?!)", closed, self.task.max_tokens)
        return Question(Prompt(text, await encode(model, segments)), stop)


async def plan_task_cells(
    subjects: Sequence[str], task: str, options: TaskOptions, models: Models, matched: str = ""
) -> list[TaskCell]:
    """The cells of a grid, subject by subject; a bot or a person has one, whatever the samplings. `matched` names whose
    entropy the temperature was chosen to reach.

    Raises UsageError for players and tasks that don't exist, InputError for models and settings.
    """
    check_format(options.format)
    asked = find_task(task)
    cells: list[TaskCell] = []
    for subject in dict.fromkeys(subjects):
        spec = parse_agent(subject)
        if spec.is_model:
            cells += await _model_cells(spec, asked, options, models, matched)
        else:  # one that doesn't fit is refused before anything is drawn
            if make_bot(spec, asked.as_game(), Seat.SUBJECT).sees is not Sees.MOVES:
                raise UsageError(f"{spec.text} replies to others: it draws nothing by itself")
            key = stream(spec.text, "", asked.name, "-", "-")
            cells.append(TaskCell(asked, spec, CellSpec(key, spec.text, "", asked.name)))
    return cells


async def _model_cells(
    spec: AgentSpec, task: Task, options: TaskOptions, models: Models, matched: str
) -> list[TaskCell]:
    style, format_ = await style_and_format(spec.argument, options.style, options.format, models)
    if options.wording is not None:
        wordings = {"": read_wording(options.wording, style)}
    else:
        wordings = {variant: find_task_wording(task.name, style, variant) for variant in options.variants}
    return [
        _cell(spec, task, (variant, wording), format_, sampling, matched)
        for (variant, wording), sampling in product(wordings.items(), options.samplings)
    ]


def _cell(
    spec: AgentSpec, task: Task, named: tuple[str, Wording], format_: str, sampling: Sampling, matched: str
) -> TaskCell:
    variant, wording = named
    key = stream(spec.text, "", task.name, f"{wording.style}/{format_}/{wording.name}", str(sampling))
    prompt = {
        "style": wording.style,
        "format": format_,
        "wording": wording.name,
        "infix": wording.infix,
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        **({"variant": variant} if variant else {}),
        **({"matched": matched} if matched else {}),
    }
    return TaskCell(task, spec, CellSpec(key, spec.text, "", task.name, prompt), wording, format_, sampling)
