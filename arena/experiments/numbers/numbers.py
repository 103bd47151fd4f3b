"""A run of a task: every cell's answers, drawn or exact, stored as they come.

The draws of a cell are coroutines that await one model; shared beginnings are evaluated once. Cells go one after
another, those of one model together, so that a model is in memory only while it is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

from arena.backends.base import Capability, LanguageModel
from arena.backends.loading import Models
from arena.errors import InputError, UsageError
from arena.experiments.cost import Cost
from arena.experiments.drawing import MOST_DRAWS, Question, draw_answers
from arena.experiments.experiment import Event, Experiment, Observer, Plan, counted
from arena.experiments.numbers.cells import NumbersCell, plan_cells
from arena.experiments.numbers.cost import cost
from arena.experiments.numbers.entropy import ENTROPY, Findings, entropies, plan_matched_cells
from arena.experiments.numbers.exact import check_exact, explore
from arena.experiments.numbers.players import Ask, make_player
from arena.experiments.numbers.spec import NumbersSpec
from arena.experiments.past import Shown
from arena.records import Answer
from arena.store.rows import RunRow, RunSpec, Unit
from arena.store.saving import saving
from arena.store.writer import RunWriter

MOST_ANSWERS: Final = 1_000_000  # valid ones per cell, all of which are held in memory
EXACT: Final = "exact"  # the name of a cell's finding


@dataclass(frozen=True, slots=True)
class AnswerDrawn(Event):
    """An answer was drawn."""

    number: int
    answer: Answer

    @property
    def done(self) -> int:
        return int(self.answer.value is not None)


@dataclass(frozen=True, slots=True)
class Explored(Event):
    """Exact mode's progress: how many distributions were asked for, and how much isn't followed to its end."""

    nodes: int
    unexplored: float

    @property
    def words(self) -> str:
        return "exact mode" if self.nodes <= 1 else f"exact: {self.unexplored:.3f} open"


class Numbers(Plan):
    """`spec.n` valid answers per cell, unless the mode is "exact". There is no exact mode for bots, people and tasks of
    more than one value per answer. `findings` are already known of cells; `ask` asks a person for an answer."""

    experiment = "numbers"
    steps = "answers"
    cells: Sequence[NumbersCell]

    def __init__(
        self, cells: Sequence[NumbersCell], spec: NumbersSpec, findings: Findings | None = None, ask: Ask | None = None
    ) -> None:
        if spec.n < 1:
            raise UsageError(f"--n is {spec.n}, but at least one answer must be drawn")
        if spec.n > MOST_ANSWERS:
            raise UsageError(f"--n is {spec.n:,}, but a cell has at most {MOST_ANSWERS:,} valid answers")
        self.cells = cells
        self.spec = spec
        self.findings = findings or {}
        self.ask = ask
        self.size, self.seed = spec.n, spec.seed
        self.draws = spec.mode != "exact"
        self.unit = Unit.ANSWER if self.draws else Unit.FINDING
        if not self.draws and not any(map(self.has_exact, cells)):
            raise UsageError("exact mode is for models and for answers of one value: sample this with --mode sample")

    @property
    def settings(self) -> Mapping[str, Any]:
        # temperatures belong to the cells; `invalid` is what follows a rejected answer
        return {"mode": self.spec.mode, "invalid": f"redraw,at_most={MOST_DRAWS}n"}

    def has_exact(self, cell: NumbersCell) -> bool:
        """Whether exact mode is wanted and possible for a cell."""
        return self.spec.mode != "sample" and cell.model is not None and cell.task.length == 1

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        found: list[Cost | None] = []
        grown = set()  # what was asked of models whose tree is counted
        for cell in self.cells:
            tree = self.has_exact(cell) and cell.asked not in grown
            grown |= {cell.asked} if tree else set()
            found.append(cost(cell, self.size, self.draws, tree, shown, 1.0 - shown.done(self, cell.spec)))
        return found

    async def check(self, models: Models, known: RunRow | None) -> None:
        """Load every model once before anything is stored, to refuse what it can't do and to know its build."""
        if self.ask is None and any(cell.subject.is_person for cell in self.cells):
            raise UsageError("nobody is here to be asked: a person draws with `arena numbers --human`, or in the app")
        for cell in (
            filter(self.takes, reversed(self.cells)) if known is None else ()
        ):  # the first cell's model is then left loaded
            if cell.model is not None:
                await models.close_others([cell.model])
                model = await models.get(cell.model)
                if self.has_exact(cell):
                    check_exact(model, [cell.sampling])
                question = await cell.question(model)
                longest = len(question.prompt.tokens) + question.stop.max_tokens
                if longest > model.context:
                    raise InputError(
                        f"the question takes up to {longest} tokens, but {model.name} has room for {model.context}"
                    )

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for key, found in self.findings.items():
            for name, finding in found.items():
                writer.set_finding(key, name, finding)
        for _, cells in groupby(filter(self.takes, self.cells), key=lambda cell: cell.asked):
            await self._fill_alike(list(cells), writer, models, observer)

    async def _fill_alike(
        self, cells: Sequence[NumbersCell], writer: RunWriter, models: Models, observer: Observer
    ) -> None:
        """Fill cells that differ only in the sampling."""
        known = {cell.spec.key: writer.findings(cell.spec.key) for cell in cells}
        unknown = [cell for cell in cells if self.has_exact(cell) and EXACT not in known[cell.spec.key]]
        drawn = {cell.spec.key: writer.valid_answers(cell.spec.key) for cell in cells}
        total = self.size if self.draws else 0
        if not unknown and not any(count < total for count in drawn.values()):
            for cell in cells:
                observer.cell_begins(cell, drawn[cell.spec.key], total)
                observer.cell_ends(cell)
            return
        question = model = None
        if cells[0].model is not None:
            await models.close_others([cells[0].model])
            model = await models.get(cells[0].model)
            question = await cells[0].question(model)
            await _look(cells, model, question, writer, known)
            if unknown:
                await _explore(unknown, model, question, writer, observer)
        for cell in cells:
            observer.cell_begins(cell, drawn[cell.spec.key], total)
            if self.draws:
                player = make_player(cell, model, question, self.ask)
                seen = partial(_seen, cell, observer)
                async with saving(writer, cell.spec.key):
                    await draw_answers(cell.spec.key, player, writer, self.size, self.seed, seen)
            observer.cell_ends(cell)


def _seen(cell: NumbersCell, observer: Observer, number: int, answer: Answer) -> None:
    observer.happens(cell, AnswerDrawn(number, answer))


async def _look(
    cells: Sequence[NumbersCell],
    model: LanguageModel,
    question: Question,
    writer: RunWriter,
    known: Mapping[str, set[str]],
) -> None:
    """Store the question and, where the backend can give it, the entropy of the first token's distribution."""
    for cell in cells:
        writer.add_prompt(cell.spec.key, question.prompt)
    writer.flush()
    whole = [cell for cell in cells if cell.sampling.top_p == 1.0 and ENTROPY not in known[cell.spec.key]]
    if not whole or not {Capability.ENTROPY, Capability.FURTHER} <= model.capabilities:
        return
    found = await entropies(model, question, [cell.sampling.temperature for cell in whole])
    for cell, bits in zip(whole, found, strict=True):
        writer.set_finding(cell.spec.key, ENTROPY, {"entropy": bits})


async def _explore(
    cells: Sequence[NumbersCell], model: LanguageModel, question: Question, writer: RunWriter, observer: Observer
) -> None:
    first = cells[0]
    found = await explore(
        model,
        question,
        first.task,
        [cell.sampling for cell in cells],
        lambda nodes, unexplored: observer.happens(first, Explored(nodes, unexplored)),
    )
    for cell, exact in zip(cells, found, strict=True):
        writer.set_finding(cell.spec.key, EXACT, exact.to_json())


async def plan_numbers(spec: NumbersSpec, models: Models, ask: Ask | None = None) -> Numbers:
    """The plan of a task; `ask` asks a person. Raises UsageError and InputError for what is impossible."""
    if spec.match_entropy:
        cells, findings = await plan_matched_cells(spec, models)
        return Numbers(cells, spec, findings, ask)
    return Numbers(await plan_cells(spec, models), spec, ask=ask)


def amount(run: RunSpec) -> str:
    """How much a run is to contain, in words: "1500 answers", "exact, for 1500 answers", "rewards"."""
    if run.unit is Unit.ANSWER:
        return counted(run)
    mode = str(run.settings.get("mode", ""))
    return f"{mode}, for {counted(run)}" if mode == "exact" else mode


NUMBERS: Final = Experiment("numbers", NumbersSpec, plan_numbers, amount)
