"""From a spec to cells: which model writes on which topic, how it is asked, and what names the draws."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import product
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
from arena.experiments.poems.generated import what_of
from arena.experiments.poems.poem import HOPELESS
from arena.experiments.poems.spec import PoemsSpec
from arena.experiments.poems.topics import check_topics
from arena.prompts.wording import Wording, find_task_wording, read_wording
from arena.store.rows import CellSpec

TASK: Final = "poems"  # the folder of the wordings
MOST_DRAWS: Final = 50  # answers per poem wanted: of a small model, one in twenty may be a poem
_MOST_TOKENS: Final = 160  # of an answer, with what a model says before and after its poem


@dataclass(frozen=True, slots=True)
class PoemsCell:
    """A grid square: a model and a topic, with the wording, the format and the sampling."""

    topic: str
    subject: AgentSpec
    spec: CellSpec
    wording: Wording
    format: str
    sampling: Sampling = field(default_factory=Sampling)

    @property
    def title(self) -> str:
        """Who writes on what, in one line."""
        how = "" if self.sampling == Sampling() else f", {self.sampling}"
        return f"{self.subject.text} · poems on {self.topic}{how}"

    @property
    def model(self) -> str:
        """The name of the model."""
        return self.subject.argument

    @property
    def models(self) -> tuple[str, ...]:
        """The same, in the form that all cells share."""
        return (self.model,)

    async def question(self, model: LanguageModel) -> Question:
        """The request as this model reads it. Raises InputError for a format that it doesn't have."""
        request, infix = self.wording.fill({"topic": self.topic})
        return Question(await read(model, self.format, request, infix), stop_rule(self.wording))


def stop_rule(wording: Wording) -> StopRule:
    """An answer ends where the wording says, or where it can't become a poem any more. It is read when it has ended:
    nothing is found early, as a move is."""
    closing = "|".join((*map(re.escape, wording.closing), HOPELESS))
    return StopRule("(?!)", closing, _MOST_TOKENS)


async def plan_cells(spec: PoemsSpec, models: Models) -> list[PoemsCell]:
    """The cells of a grid, subject by subject. Raises UsageError for subjects that aren't models and for topics,
    InputError for models and settings."""
    check_format(spec.format)
    topics = check_topics(spec.topics)
    cells = []
    for subject in dict.fromkeys(spec.subjects):
        writer = parse_agent(subject)
        if not writer.is_model:
            raise UsageError(f"{writer.text} can't write poems: name language models, as in llm:NAME")
        style, format_ = await style_and_format(writer.argument, spec.style, spec.format, models)
        own = None if spec.wording is None else read_wording(Path(spec.wording), style)
        wording = own or find_task_wording(TASK, style)
        for temperature, topic in product(dict.fromkeys(spec.temperatures), topics):
            sampling = Sampling(temperature, spec.top_p)
            stored = asked_cell(writer, what_of(topic), wording, format_, sampling)
            cells.append(PoemsCell(topic, writer, stored, wording, format_, sampling))
    return cells
