"""A language model as a judge, which is no substitute for people: its policy over the two labels of a pair, asked in
both orders, so that a bias for the poem that it reads first is measured and averaged out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec

from arena.agents.agent import AgentSpec
from arena.agents.encoding import read
from arena.agents.moves import MoveTokens, move_tokens
from arena.agents.spec import parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.base import LanguageModel, Request, StopRule
from arena.backends.loading import Models
from arena.concurrency import together
from arena.errors import UsageError
from arena.experiments.experiment import Event, Observer, Plan
from arena.experiments.in_turn import InTurn
from arena.experiments.poems.axes import find_axis
from arena.experiments.poems.cells import TASK
from arena.experiments.poems.contest import Contest, Lines
from arena.experiments.poems.contests import Contests
from arena.experiments.poems.judgement import Judgement
from arena.experiments.poems.judging import judge_settings, judged_cell
from arena.experiments.poems.kinds import EXPERIMENT
from arena.prompts.wording import Style, Wording, find_task_wording, read_wording
from arena.records import Policy
from arena.store.rows import Asked, CellSpec, Unit
from arena.store.saving import saving
from arena.store.writer import RunWriter

LABELS: Final = ("A", "B")
_VARIANT: Final = "judge"  # of the wordings


class ModelJudgeSpec(msgspec.Struct, frozen=True, kw_only=True):
    """Which model judges (an agent, llm:NAME), and how it is asked; None is left to the catalog."""

    judge: str
    style: Style | None = None
    format: str | None = None
    wording: str | None = None


class Judged(Event):
    """A pair was judged."""

    done = 1


@dataclass(frozen=True, slots=True)
class JudgedCell:
    """A contest to be judged."""

    contest: Contest
    judge: AgentSpec
    spec: CellSpec

    @property
    def title(self) -> str:
        """Who judges what, in one line."""
        return f"{self.judge.text} judges {self.contest.name}"

    @property
    def models(self) -> tuple[str, ...]:
        """The judge."""
        return (self.judge.argument,)


class ModelJudge(Plan):
    """All showings of all contests, judged by a model."""

    experiment = EXPERIMENT
    steps = "pairs"
    unit = Unit.ANSWER
    cells: Sequence[JudgedCell]

    def __init__(self, contests: Contests, judge: AgentSpec, wording: Wording, format: str) -> None:
        asked = Asked(style=wording.style, wording=wording.name, format=format, infix=wording.infix)
        self.cells = [JudgedCell(each, judge, judged_cell(judge.text, each, asked)) for each in contests.contests]
        self.size = contests.most_showings
        self.seed = contests.run.spec.seed
        self._contests, self._judge = contests, judge
        self._wording, self._format = wording, format

    @property
    def settings(self) -> Mapping[str, Any]:
        return judge_settings(self._contests)

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        await models.close_others([self._judge.argument])
        model = await models.get(self._judge.argument)
        observer = InTurn(observer, list(filter(self.takes, self.cells)))
        labels = await move_tokens(LABELS, model.vocabulary, partial(model.tokenize, specials=False))

        async def fill(cell: JudgedCell) -> None:
            key, known = cell.spec.key, writer.answers(cell.spec.key)
            wanted = range(len(cell.contest.showings))
            observer.cell_begins(cell, len(known), len(wanted))

            async def judge(number: int) -> None:
                judgement = await self._judged(cell, number, model, labels, writer)
                writer.add_answer(key, number, judgement.to_answer())
                observer.happens(cell, Judged())

            async with saving(writer, key):
                await together(judge(number) for number in wanted if number not in known)
            observer.cell_ends(cell)

        for _, cells in groupby(filter(self.takes, self.cells), key=lambda cell: cell.contest.topic):
            # the axes of a topic at once: their prompts begin with the same poems
            await together(map(fill, cells))

    async def _judged(
        self, cell: JudgedCell, number: int, model: LanguageModel, labels: MoveTokens, writer: RunWriter
    ) -> Judgement:
        pair = cell.contest.pair(number)
        orders = ((pair.left, pair.right), (pair.right, pair.left))
        shown, turned = await asyncio.gather(*(self._policy(cell, *order, model, labels, writer) for order in orders))
        first, second = shown.probabilities[0], turned.probabilities[0]
        mass = min(shown.mass, turned.mass)
        return Judgement((first + 1 - second) / 2, as_shown=first, turned=second, mass=mass)

    async def _policy(
        self, cell: JudgedCell, first: Lines, second: Lines, model: LanguageModel, labels: MoveTokens, writer: RunWriter
    ) -> Policy:
        """The model's policy over the two labels, for poems in this order."""
        axis = find_axis(cell.contest.axis)
        request, infix = self._wording.fill(
            {
                "topic": cell.contest.topic,
                "first": first,
                "second": second,
                "question": axis.question,
                "meaning": axis.meaning,
                "chosen": axis.chosen,
                "labels": LABELS,
            }
        )
        prompt = await read(model, self._format, request, infix)
        writer.add_prompt(cell.spec.key, prompt)
        completion = await model.complete(Request(prompt.tokens, labels.wanted, StopRule("(?!)", "(?!)", 1), top=0))
        return labels.policy(dict(zip(labels.wanted, completion.logprobs, strict=True)))


async def plan_model_judge(spec: ModelJudgeSpec, contests: Contests, models: Models) -> ModelJudge:
    """The plan of a model's judgements. Raises UsageError for a judge that is no model, InputError for settings."""
    check_format(spec.format)
    judge = parse_agent(spec.judge)
    if not judge.is_model:
        raise UsageError(f"{judge.text} can't judge: name a language model, as in llm:NAME")
    style, format_ = await style_and_format(judge.argument, spec.style, spec.format, models)
    own = None if spec.wording is None else read_wording(Path(spec.wording), style)
    return ModelJudge(contests, judge, own or find_task_wording(TASK, style, _VARIANT), format_)
