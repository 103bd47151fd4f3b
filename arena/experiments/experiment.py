"""The contract of an experiment: what is said of it, how that is planned, and how a plan becomes a run in a store.

A kind of experiment is a `Spec` (what a part of a suite, or a command, may say), a function that makes a `Plan` of it,
and the plan's `fill`, which does what is missing. A package brings one through the entry point group
`arena.experiments`, and its tables and figures through `arena.reports`, under the same name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar

import msgspec

from arena.backends.backend import Identity
from arena.backends.loading import Models
from arena.store.rows import CellSpec, RunRow, RunSpec, Unit
from arena.store.store import Store
from arena.store.writer import RunWriter

Count = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]  # how much is too much is said when it is planned
Seed = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be said of any experiment: who is measured (specs of agents), and what names all random draws."""

    subjects: tuple[str, ...] = ()
    seed: Seed = 0


class Cell(Protocol):
    """A grid square of a plan."""

    @property
    def spec(self) -> CellSpec:
        """What the store keeps of it."""

    @property
    def title(self) -> str:
        """What it is, in a line."""

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that it needs."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in a cell. `done` counts those of the plan's `steps` that were done by it; `words` say how it
    goes where nothing is counted."""

    @property
    def done(self) -> int:
        """How many steps were done by it."""
        return 0

    @property
    def words(self) -> str:
        """How far it is, in a few words."""
        return ""


class Observer:
    """Who watches: a progress bar, a screen, a test. What one isn't interested in passes it by."""

    def begins(self, plan: Plan) -> None:
        """A plan's turn has come."""

    def kept(self, run: RunRow) -> None:
        """Its run is in the store."""

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """A cell's turn has come; `done` of its `total` steps were done before."""

    def happens(self, cell: Cell, event: Event) -> None:
        """Something happened in a cell."""

    def cell_ends(self, cell: Cell) -> None:
        """A cell has what it needs."""


class Plan(ABC):
    """What is to be done: every one of `cells` filled with `size` units."""

    experiment: str
    cells: Sequence[Cell]  # the grid squares, in the order in which they are filled
    steps: str  # what progress is counted in: "rounds", "answers"
    unit: Unit
    size: int
    seed: int
    rounds: int | None = None  # of a match, where matches are played
    in_order: bool = False  # whether its units are made one after another
    only: str = ""  # which of the units are made now, in words, if not all

    @property
    def settings(self) -> Mapping[str, Any]:
        """What this kind alone says of a run and is part of its identity, as JSON."""
        return {}

    async def identities(self, models: Models) -> Mapping[str, Identity]:
        """What identifies the models, by name. Raises ModelError or InputError for one that isn't ready here."""
        names = sorted({name for cell in self.cells for name in cell.models})
        return {name: await models.identify(name) for name in names}

    async def check(self, models: Models, known: RunRow | None) -> None:  # noqa: B027  # often there is nothing
        """Refuse what can't be done, before anything is kept, and load what is only known of a loaded model.

        `known` is the run if it was begun before. Raises ArenaError.
        """

    def is_whole(self, writer: RunWriter) -> bool:
        """Whether the run has all that it was ever asked for, once the plan is filled. Raises StoreError."""
        return True

    @abstractmethod
    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        """Do what is missing, into the store as it comes. Raises ModelError if a model fails, StoreError."""


async def run_spec(plan: Plan, models: Models) -> RunSpec:
    """The run that a plan is. Raises ModelError or InputError for a model that isn't ready here."""
    identities = await plan.identities(models)
    return RunSpec(
        experiment=plan.experiment,
        unit=plan.unit,
        cells=tuple(cell.spec for cell in plan.cells),
        size=plan.size,
        seed=plan.seed,
        models={name: identity.now for name, identity in identities.items()},
        manifest=models.manifest(),
        rounds=plan.rounds,
        settings=plan.settings,
        former={name: identity.former for name, identity in identities.items()},
        in_order=plan.in_order,
    )


async def carry_out(plan: Plan, store: Store, models: Models, observer: Observer) -> RunRow:
    """Do what is missing of a plan, and return its run.

    The same plan in the same store goes on where it was; of a finished one nothing is done. Cancelling it saves what
    was done. Raises InputError for what a model can't do, ModelError if one fails (what was done is kept), StoreError
    if the store refuses.
    """
    observer.begins(plan)
    known = store.find(await run_spec(plan, models))
    if known is None or not known.finished or known.spec.size < plan.size:
        await plan.check(models, known)
    with store.begin(await run_spec(plan, models)) as writer:
        observer.kept(writer.run)
        await plan.fill(writer, models, observer)
        if plan.is_whole(writer):
            writer.finish()
        return writer.run


def counted(run: RunSpec) -> str:
    """How many units a run is asked for, in words: "500 games of 10 rounds", "1500 answers"."""
    if run.unit is Unit.MATCH:
        assert run.rounds is not None
        return f"{run.size} game{'s' * (run.size != 1)} of {run.rounds} round{'s' * (run.rounds != 1)}"
    return f"{run.size} answer{'s' * (run.size != 1)}"


S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Experiment(Generic[S]):
    """A kind of experiment. `name` is that of its parts in a suite; `plan` refuses what can't be with UsageError or
    InputError, and does nothing else; `amount` says in words how much one of its runs is asked for."""

    name: str
    spec: type[S]
    plan: Callable[[S, Models], Awaitable[Plan]]
    amount: Callable[[RunSpec], str] = counted
