"""The contract of an experiment: its spec, the plan made from that, and how the plan becomes a run in a store.

A kind of experiment is a `Spec` (the settings that a part of a suite, or a command, may give), a function that makes a
`Plan` of it, and the plan's `fill`, which does what is missing. A package adds one through the entry point group
`arena.experiments`, and its tables and figures through `arena.reports`, under the same name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Protocol, TypeVar

import msgspec

from arena.backends.backend import Identity
from arena.backends.loading import Models
from arena.experiments.cost import Cost
from arena.experiments.past import Shown
from arena.store.manifest import changes, with_commands
from arena.store.rows import CellSpec, RunRow, RunSpec, Unit
from arena.store.store import Store
from arena.store.writer import RunWriter

Count = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]  # the plan says if it is too many
Temperature = Annotated[float, msgspec.Meta(gt=0, le=1_000_000)]  # not infinite
Seed = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Spec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of any experiment: who is measured (specs of agents), and the seed that names all random draws."""

    subjects: tuple[str, ...] = ()
    seed: Seed = 0


class Cell(Protocol):
    """A grid square of a plan."""

    @property
    def spec(self) -> CellSpec:
        """The cell as the store keeps it."""

    @property
    def title(self) -> str:
        """The cell in one line."""

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that the cell needs."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened in a cell. `done` is how many of the plan's `steps` it completed; where nothing is counted,
    `words` describe the progress."""

    @property
    def done(self) -> int:
        """How many steps it completed."""
        return 0

    @property
    def words(self) -> str:
        """The progress, in a few words."""
        return ""


class Observer:
    """Whoever watches: a progress bar, a screen, a test. Override only what is of interest."""

    def expects(self, plans: Sequence[Plan], shown: Shown) -> None:
        """These plans will be carried out, in this order; `shown` is what earlier runs have shown."""

    def begins(self, plan: Plan) -> None:
        """A plan begins."""

    def kept(self, run: RunRow) -> None:
        """The plan's run is in the store."""

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """A cell begins; `done` of its `total` steps were done before."""

    def happens(self, cell: Cell, event: Event) -> None:
        """Something happened in a cell."""

    def cell_ends(self, cell: Cell) -> None:
        """A cell is complete."""


class Plan(ABC):
    """What to do: fill each of `cells` with `size` units."""

    experiment: str
    cells: Sequence[Cell]  # the grid squares, in the order in which they are filled
    steps: str  # what progress is counted in: "rounds", "answers"
    unit: Unit
    size: int
    seed: int
    rounds: int | None = None  # per match, where matches are played
    in_order: bool = False  # whether its units are made one after another
    only: str = ""  # which of the units are made now, in words, if not all
    picked: frozenset[str] | None = None  # the keys of the cells that are filled now, if not all

    def pick(self, keys: Collection[str]) -> None:
        """Fill only the cells with these keys for now. The run stays the same, and the others can be filled later."""
        chosen = frozenset(cell.spec.key for cell in self.cells if cell.spec.key in keys)
        self.picked = chosen if len(chosen) < len(self.cells) else None

    def takes(self, cell: Cell) -> bool:
        """Whether a cell is to be filled now."""
        return self.picked is None or cell.spec.key in self.picked

    @property
    def settings(self) -> Mapping[str, Any]:
        """The settings that only this kind of run has, which are part of its identity, as JSON."""
        return {}

    def costs(self, shown: Shown) -> Sequence[Cost | None]:
        """What each of the cells asks of its models, in their order, as far as it can be said before they are filled;
        None where it can't. `shown` is what earlier runs have shown. Raises StoreError."""
        return [None] * len(self.cells)

    async def identities(self, models: Models) -> Mapping[str, Identity]:
        """What identifies the models, by name. Raises ModelError or InputError for a model that isn't available."""
        names = sorted({name for cell in self.cells for name in cell.models})
        return {name: await models.identify(name) for name in names}

    async def check(self, models: Models, known: RunRow | None) -> None:  # noqa: B027  # often nothing to check
        """Refuse what can't be done, before anything is stored, and load models whose properties must be known.

        `known` is the run if it was begun before. Raises ArenaError.
        """

    def is_whole(self, writer: RunWriter) -> bool:
        """Whether the run has all that it was ever asked for, once the plan is filled. Raises StoreError."""
        return True

    @abstractmethod
    async def fill(self, writer: RunWriter, models: Models, observer: Observer) -> None:
        """Do what is missing in the cells that it `takes`, and store it as it comes. Raises ModelError if a model
        fails, StoreError."""


async def run_spec(plan: Plan, models: Models) -> RunSpec:
    """The spec of a plan's run. Raises ModelError or InputError for a model that isn't available."""
    identities = await plan.identities(models)
    return RunSpec(
        experiment=plan.experiment,
        unit=plan.unit,
        cells=tuple(cell.spec for cell in plan.cells),
        size=plan.size,
        seed=plan.seed,
        models={name: identity.now for name, identity in identities.items()},
        manifest=with_commands(models.manifest(), [models.command] if models.command else []),
        rounds=plan.rounds,
        settings=plan.settings,
        former={name: identity.former for name, identity in identities.items()},
        in_order=plan.in_order,
    )


async def carry_out(plan: Plan, store: Store, models: Models, observer: Observer) -> RunRow:
    """Do what a plan still lacks, and return its run.

    The same plan in the same store continues where it stopped, and does nothing if it is finished. Cancelling saves
    what was done. Raises InputError for something that a model can't do, ModelError if a model fails (what was done is
    kept), StoreError if the store refuses.
    """
    observer.begins(plan)
    known = store.find(await run_spec(plan, models))
    lacks = known is None or not known.finished or known.spec.size < plan.size
    if lacks:
        await plan.check(models, known)
    spec = await run_spec(plan, models)
    if lacks and known is not None:
        for what, (then, now) in changes(known.spec.manifest, spec.manifest).items():
            models.tell_once(f"run {known.name} goes on with another {what}: {now}; it began with {then}")
    with store.begin(spec) as writer:
        observer.kept(writer.run)
        await plan.fill(writer, models, observer)
        writer.flush()
        if plan.is_whole(writer) and (plan.picked is None or _all_filled(store, writer.run)):
            writer.finish()
        return writer.run


def _all_filled(store: Store, run: RunRow) -> bool:
    """Whether no cell of a run lacks anything, for one of which only some cells were filled now."""
    wanted = 1 if run.spec.unit is Unit.FINDING else run.spec.size
    return all(cell.done >= wanted for cell in store.cells(run))


def counted(run: RunSpec) -> str:
    """How many units a run is to have, in words: "500 games of 10 rounds", "1500 answers"."""
    if run.unit is Unit.MATCH:
        assert run.rounds is not None
        return f"{run.size} game{'s' * (run.size != 1)} of {run.rounds} round{'s' * (run.rounds != 1)}"
    return f"{run.size} answer{'s' * (run.size != 1)}"


S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Experiment(Generic[S]):
    """A kind of experiment. `name` is what a suite calls its parts; `plan` only plans, and raises UsageError or
    InputError for what is impossible; `amount` says in words how much one of its runs is to contain."""

    name: str
    spec: type[S]
    plan: Callable[[S, Models], Awaitable[Plan]]
    amount: Callable[[RunSpec], str] = counted
