"""From a spec to cells: which model answers which prompt, how it is asked, and what names the draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from arena.agents.agent import AgentSpec
from arena.agents.encoding import read
from arena.agents.spec import parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.base import LanguageModel, Sampling, StopRule
from arena.backends.loading import Models
from arena.errors import UsageError
from arena.experiments.asked import asked_cell
from arena.experiments.drawing import Question
from arena.experiments.prediction.prompts import check_prompts, choose
from arena.experiments.prediction.spec import AnchorsSpec
from arena.prompts.wording import Wording, find_task_wording, read_wording
from arena.store.rows import CellSpec

TASK: Final = "anchors"  # the folder of the wordings
_BEFORE: Final = "prompt: "  # in what a cell is about


@dataclass(frozen=True, slots=True)
class AnchorsCell:
    """A grid square: a model and a prompt, with the wording, the format and the sampling."""

    prompt: str
    subject: AgentSpec
    spec: CellSpec
    wording: Wording
    format: str
    max_tokens: int
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def title(self) -> str:
        """Who answers what, in one line."""
        return f"{self.subject.text} · {self.prompt}"

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.subject.argument

    @property
    def models(self) -> tuple[str, ...]:
        """The same, in the form that all cells share."""
        return (self.model,)

    def request(self) -> tuple[str, str]:
        """The request and the infix."""
        return self.wording.fill({"prompt": self.prompt})

    async def question(self, model: LanguageModel) -> Question:
        """The request as this model reads it. Raises InputError for a format that it doesn't have."""
        request, infix = self.request()
        # only an end token or the limit ends a generation
        stop = StopRule("(?!)", "(?!)", self.max_tokens, reach=1)
        return Question(await read(model, self.format, request, infix), stop)


def what_of(prompt: str) -> str:
    """What a cell is about in which a prompt is answered."""
    return f"{_BEFORE}{prompt}"


def prompt_of(what: str) -> str:
    """The prompt that such a cell is about."""
    return what.removeprefix(_BEFORE)


async def plan_cells(spec: AnchorsSpec, models: Models) -> list[AnchorsCell]:
    """The cells of a grid, subject by subject. Raises UsageError for subjects that aren't models and for prompts,
    InputError for models and settings."""
    check_format(spec.format)
    prompts = check_prompts(spec.prompts) or choose(spec.groups, spec.first)
    sampling = Sampling(spec.temperature, spec.top_p)
    cells = []
    for subject in dict.fromkeys(spec.subjects):
        writer = parse_agent(subject)
        if not writer.is_model:
            raise UsageError(f"{writer.text} can't write texts: name language models, as in llm:NAME")
        style, format_ = await style_and_format(writer.argument, spec.style, spec.format, models)
        wording = find_task_wording(TASK, style) if spec.wording is None else read_wording(Path(spec.wording), style)
        for prompt in prompts:
            stored = asked_cell(writer, what_of(prompt), wording, format_, sampling)
            cells.append(AnchorsCell(prompt, writer, stored, wording, format_, spec.max_tokens, sampling))
    return cells
