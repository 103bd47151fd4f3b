"""A run of a task: every cell's answers, drawn or exact, into the store as they come.

The draws of a cell are coroutines that await one model; what begins alike is evaluated once. Cells go one after
another, those of one model together, so that a model is in memory only while it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final, Literal, Protocol

from arena.backends.base import Capability, LanguageModel
from arena.backends.loading import Models
from arena.errors import InputError, UsageError
from arena.experiments.numbers.cells import Question, TaskCell
from arena.experiments.numbers.entropy import ENTROPY, entropies
from arena.experiments.numbers.exact import check_exact, explore
from arena.experiments.numbers.players import Ask, make_player
from arena.experiments.numbers.sampling import MOST_DRAWS, draw_answers
from arena.records import Answer
from arena.store.rows import TASK_KIND, RunRow, RunSpec
from arena.store.saving import saving
from arena.store.store import Store
from arena.store.writer import RunWriter

Mode = Literal["sample", "exact", "both"]
MOST_ANSWERS: Final = 1_000_000  # valid ones of a cell, all of which stand in memory
EXACT: Final = "exact"  # the name of what is found out about a cell


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """What is to be done: `n` valid answers a cell, unless the mode is "exact". Bots and people have no exact mode, nor
    have tasks of more than one value an answer. `findings` are known of cells already, by key and name."""

    cells: Sequence[TaskCell]
    n: int
    seed: int
    mode: Mode = "both"
    findings: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.n < 1:
            raise UsageError(f"--n is {self.n}, but at least one answer must be drawn")
        if self.n > MOST_ANSWERS:
            raise UsageError(f"--n is {self.n:,}, but a cell has at most {MOST_ANSWERS:,} valid answers")
        if self.mode == "exact" and not any(self.has_exact(cell) for cell in self.cells):
            raise UsageError("exact mode is for models and for answers of one value: sample this with --mode sample")

    def has_exact(self, cell: TaskCell) -> bool:
        """Whether a cell's probabilities are to be followed."""
        return self.mode != "sample" and cell.model is not None and cell.task.length == 1

    @property
    def draws(self) -> bool:
        """Whether answers are drawn."""
        return self.mode != "exact"


class Observer(Protocol):
    """Who watches: a progress bar, a screen, a test."""

    def cell_begins(self, cell: TaskCell, done: int, total: int) -> None:
        """A cell's turn to draw has come; `done` of its `total` valid answers were drawn before."""
        ...

    def explored(self, cell: TaskCell, nodes: int, unexplored: float) -> None:
        """Exact mode goes on: so many distributions were asked for, and this much isn't followed to its end."""
        ...

    def answer_ends(self, cell: TaskCell, number: int, answer: Answer) -> None:
        """An answer was drawn."""
        ...

    def cell_ends(self, cell: TaskCell) -> None:
        """A cell has what it needs."""
        ...


async def run_tasks(plan: TaskPlan, store: Store, models: Models, observer: Observer, ask: Ask | None = None) -> RunRow:
    """Do what is missing of a plan, and return its run. `ask` asks a person for an answer.

    The same plan in the same store goes on where it was; a finished one draws nothing. Cancelling it saves what was
    drawn. Raises InputError for what a model can't tell, ModelError if a model fails (what was drawn is kept),
    StoreError if the store refuses.
    """
    if ask is None and any(cell.subject.is_person for cell in plan.cells):
        raise UsageError("nobody is here to be asked: a person draws with `arena numbers --human`, or in the app")
    if store.find(await run_spec(plan, models)) is None:
        await _try(plan, models)
    with store.begin(await run_spec(plan, models)) as writer:
        for key, found in plan.findings.items():
            for name, finding in found.items():
                writer.set_finding(key, name, finding)
        for _, cells in groupby(plan.cells, key=lambda cell: cell.asked):
            await _run_alike(list(cells), plan, writer, models, observer, ask)
        writer.finish()
        return writer.run


async def _try(plan: TaskPlan, models: Models) -> None:
    """Load every model once before anything is kept: what it can't be asked is refused, and its build is known."""
    for cell in reversed(plan.cells):  # the first one's model is then the one that is loaded
        if cell.model is not None:
            await models.close_others([cell.model])
            model = await models.get(cell.model)
            if plan.has_exact(cell):
                check_exact(model, [cell.sampling])
            question = await cell.question(model)
            longest = len(question.prompt.tokens) + question.stop.max_tokens
            if longest > model.context:
                raise InputError(
                    f"the question takes up to {longest} tokens, but {model.name} has room for {model.context}"
                )


async def run_spec(plan: TaskPlan, models: Models) -> RunSpec:
    """The run that a plan is. Raises ModelError or InputError for a model that isn't ready here."""
    names = sorted({cell.model for cell in plan.cells if cell.model is not None})
    identities = {name: await models.identify(name) for name in names}
    return RunSpec(
        kind=TASK_KIND,
        cells=tuple(cell.spec for cell in plan.cells),
        rounds=1,
        seed=plan.seed,
        sampling=plan.mode,  # temperatures are the cells' own
        invalid=f"redraw,at_most={MOST_DRAWS}n",
        models={name: found.now for name, found in identities.items()},
        games=plan.n,
        manifest=models.manifest(),
        former={name: found.former for name, found in identities.items()},
    )


def draws(spec: RunSpec) -> bool:
    """Whether a run of tasks draws answers."""
    return spec.sampling in ("sample", "both")


async def _run_alike(
    cells: Sequence[TaskCell],
    plan: TaskPlan,
    writer: RunWriter,
    models: Models,
    observer: Observer,
    ask: Ask | None,
) -> None:
    """Cells that differ in nothing but the sampling."""
    known = {cell.spec.key: writer.findings(cell.spec.key) for cell in cells}
    unknown = [cell for cell in cells if plan.has_exact(cell) and EXACT not in known[cell.spec.key]]
    drawn = {cell.spec.key: writer.valid_answers(cell.spec.key) for cell in cells}
    if not unknown and not (plan.draws and any(count < plan.n for count in drawn.values())):
        for cell in cells:
            observer.cell_begins(cell, drawn[cell.spec.key], plan.n if plan.draws else 0)
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
        observer.cell_begins(cell, drawn[cell.spec.key], plan.n if plan.draws else 0)
        if plan.draws:
            player = make_player(cell, model, question, ask)
            async with saving(writer, cell.spec.key):
                await draw_answers(cell, player, writer, plan.n, plan.seed, observer.answer_ends)
        observer.cell_ends(cell)


async def _look(
    cells: Sequence[TaskCell],
    model: LanguageModel,
    question: Question,
    writer: RunWriter,
    known: Mapping[str, set[str]],
) -> None:
    """Keep what is asked and, where the backend tells it, how broad the first token's distribution is."""
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
    cells: Sequence[TaskCell], model: LanguageModel, question: Question, writer: RunWriter, observer: Observer
) -> None:
    first = cells[0]
    found = await explore(
        model,
        question,
        first.task,
        [cell.sampling for cell in cells],
        lambda nodes, unexplored: observer.explored(first, nodes, unexplored),
    )
    for cell, exact in zip(cells, found, strict=True):
        writer.set_finding(cell.spec.key, EXACT, exact.to_json())
