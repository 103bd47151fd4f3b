"""Table 7: the reward that a reward model gives to each value as the whole answer to a task's request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.backends.backend import Identity
from arena.backends.loading import Models
from arena.backends.local.transformers.weights import former_identity, identity, located
from arena.backends.reward import rewards
from arena.concurrency import aside
from arena.errors import UsageError
from arena.experiments.cost import Amount, Cost, as_asked, estimated_tokens
from arena.experiments.experiment import Experiment, Observer, Plan, Spec
from arena.experiments.numbers.task import Task, find_task
from arena.experiments.past import Shown
from arena.prompts.wording import Wording, find_task_wording
from arena.randomness import stream
from arena.store.rows import Asked, CellSpec, Unit
from arena.store.writer import RunWriter

REWARDS: Final = "rewards"  # the name of the finding, and of the run's mode
KIND: Final = "reward"  # how a reward model is written as a subject: reward:PLACE


class RewardsSpec(Spec, frozen=True, kw_only=True):
    """Each subject, a reward model (reward:PLACE: a folder, or ORG/NAME on the hub), scores a task's values."""

    task: str = "integers"


@dataclass(frozen=True, slots=True)
class RewardCell:
    """A reward model and a task."""

    task: Task
    wording: Wording
    place: str
    spec: CellSpec

    @property
    def title(self) -> str:
        return f"{self.spec.subject} · {self.task.title}"

    @property
    def models(self) -> tuple[str, ...]:
        return (self.place,)


class RewardScores(Plan):
    """Every value of the task, scored by each model."""

    experiment = "numbers"  # whose tables show them
    steps = "values"
    cells: Sequence[RewardCell]
    unit = Unit.FINDING
    size = 1

    def __init__(self, cells: Sequence[RewardCell], seed: int) -> None:
        self.cells = cells
        self.seed = seed

    @property
    def settings(self) -> Mapping[str, Any]:
        return {"mode": "rewards", "invalid": "-"}

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        found: list[Cost | None] = []
        for cell in self.cells:
            request, _ = cell.wording.render(cell.task.values, (), (), 1)
            size = len(cell.task.values) * estimated_tokens(as_asked("chat-template", request, ""))
            prompts = float(len(cell.task.values))
            left = 1.0 - shown.done(self, cell.spec)
            found.append(Cost(Amount(prompts, prompts), Amount(float(size), float(size)), left))
        return found

    async def identities(self, models: Models) -> Mapping[str, Identity]:
        """None of models that can be asked: a reward model is identified by its files alone."""
        return {cell.place: await aside(_identity, cell.place, models) for cell in self.cells}

    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        for cell in filter(self.takes, self.cells):
            key, values = cell.spec.key, cell.task.values
            done = len(values) if REWARDS in writer.findings(key) else 0
            observer.cell_begins(cell, done, len(values))
            if not done:
                request, _ = cell.wording.render(values, (), (), 1)
                found = await rewards(str(await aside(located, cell.place)), request, values, models.settings)
                scores = {"values": list(found.values), "template": found.template, "build": found.build}
                writer.set_finding(key, REWARDS, scores)
            observer.cell_ends(cell)


def _identity(place: str, models: Models) -> Identity:
    return Identity(identity(located(place), models.settings), former_identity(place))


async def plan_rewards(spec: RewardsSpec, models: Models) -> RewardScores:
    """The plan of a `RewardsSpec`. Raises UsageError for tasks of several values per answer and for other subjects."""
    task = find_task(spec.task)
    if task.length != 1:
        raise UsageError(f"rewards are for answers of one value, and {task.name} have {task.length}")
    wording = find_task_wording(task.name, "instruct")
    cells = []
    for subject in spec.subjects:
        kind, _, place = subject.partition(":")
        if kind != KIND or not place:
            raise UsageError(f"{subject!r} can't score answers: a reward model is written {KIND}:PLACE")
        key = stream(subject, "", task.name, wording.name, "-")
        asked = Asked(style=wording.style, wording=wording.name)
        cells.append(RewardCell(task, wording, place, CellSpec(key, subject, "", task.name, asked)))
    return RewardScores(cells, spec.seed)


REWARD_SCORES: Final = Experiment("rewards", RewardsSpec, plan_rewards)
