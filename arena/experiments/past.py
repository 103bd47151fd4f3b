"""What the runs of a store have shown of a player in a game or a task: how much was asked, and how long it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Final, Protocol

from arena.records import Seat
from arena.store.rows import CellRow, CellSpec, RunRow, Unit
from arena.store.store import Store

_ENOUGH: Final = 8  # cells, the latest ones, tell a player's speed
_LONGEST: Final = 7  # tokens that an invalid answer in a game has beyond its first


@dataclass(frozen=True, slots=True)
class Past:
    """A cell of an earlier run. `share` of what that run wants is done, from 0 to 1.

    The subject was asked `prompts` distinct prompts, with `prompt_tokens` tokens in all if what two of them begin with
    is counted once, by `matches` matches of `rounds` rounds or for `asked` answers, of which `valid` counted;
    `answer_tokens` is what the answers have beyond their first tokens. All of it took `seconds`, 0 if that says nothing
    of a speed.
    """

    share: float
    prompts: int
    prompt_tokens: int
    asked: int
    valid: int
    answer_tokens: int
    matches: int
    rounds: int
    seconds: float

    @property
    def tokens(self) -> int:
        """All that was evaluated."""
        return self.prompt_tokens + self.answer_tokens


def past_of(store: Store, run: RunRow, cell: CellRow) -> Past:
    """What a store has of a cell. Raises StoreError."""
    prompts = [row.prompt.tokens for row in store.prompts(cell) if row.seat is Seat.SUBJECT]
    asked = valid = answer_tokens = 0
    seconds = cell.seconds
    if run.spec.unit is Unit.MATCH:
        asked, drawn, invalid = store.drawn(cell)
        valid, answer_tokens = drawn - invalid, invalid * _LONGEST
    elif run.spec.unit is Unit.ANSWER:
        draws = store.draws(cell)
        asked, valid = len(draws), cell.done
        answer_tokens = sum(max(0, len(answer.sample.tokens) - 1) for answer in draws.values())
        if not any(answer.sample.tokens for answer in draws.values()):
            seconds = 0.0  # it isn't known what was evaluated in that time
    return Past(
        share=share_of(run, cell),
        prompts=len(prompts),
        prompt_tokens=unshared(prompts),
        asked=asked,
        valid=valid,
        answer_tokens=answer_tokens,
        matches=cell.done + cell.open if run.spec.unit is Unit.MATCH else 0,
        rounds=run.spec.rounds or 0,
        seconds=seconds,
    )


def share_of(run: RunRow, cell: CellRow) -> float:
    """How much of what a run wants of a cell is done, from 0 to 1."""
    if run.spec.unit is Unit.MATCH:
        return min(1.0, cell.played / (run.spec.size * (run.spec.rounds or 1)))
    return min(1.0, cell.done / (1 if run.spec.unit is Unit.FINDING else run.spec.size))


def unshared(prompts: Sequence[tuple[int, ...]]) -> int:
    """How many tokens prompts have together if what two of them begin with is counted once: the nodes of their tree."""
    found = 0
    before: tuple[int, ...] = ()
    for prompt in sorted(prompts):
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(prompt, before, strict=False)))
        found += len(prompt) - shared
        before = prompt
    return found


class _Planned(Protocol):
    """What is looked at of a plan."""

    experiment: str
    unit: Unit
    seed: int
    size: int
    rounds: int | None

    @property
    def settings(self) -> Any: ...

    @property
    def cells(self) -> Any: ...


class Shown:
    """What a store has shown, read as it is asked for; without a store, nothing. Raises StoreError."""

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._runs = list(reversed(store.runs())) if store else []  # the latest first
        self._cells: dict[int, list[CellRow]] = {}  # by the id of their run
        self._pasts: dict[int, Past] = {}

    def done(self, plan: _Planned, cell: CellSpec) -> float:
        """How much of a cell the plan's run has, from 0 to 1. That run is known by all that it is but its weights,
        because a server that isn't up can't say which it has."""
        asked = {_known_by(planned.spec) for planned in plan.cells}
        settings = (plan.experiment, plan.unit, plan.seed, plan.rounds, dict(plan.settings))
        for run in self._runs:
            spec = run.spec
            same = (spec.experiment, spec.unit, spec.seed, spec.rounds, dict(spec.settings)) == settings
            if same and {_known_by(one) for one in spec.cells} == asked:
                share = next(share_of(run, row) for row in self._rows(run) if _same(row.spec, cell))
                # a smaller run is the beginning of a larger one
                return share if plan.unit is Unit.FINDING else min(1.0, share * spec.size / plan.size)
        return 0.0

    def similar(self, cell: CellSpec) -> Past | None:
        """The past of the same player in the same game or task: of the very cell if it was filled before, else of one
        that was asked in the same words; of several, the latest one."""
        alike = [
            (run, row)
            for run, row in self._of(cell.subject, cell.what)
            # one with open matches has asked for them too
            if row.spec.opponent == cell.opponent and row.done and not row.open and run.spec.unit is not Unit.FINDING
        ]
        if not alike:
            return None
        run, row = max(alike, key=lambda pair: (_same(pair[1].spec, cell), _wording(pair[1].spec) == _wording(cell)))
        return self._past(run, row)

    def speed(self, subject: str, what: str = "") -> float | None:
        """The tokens a second of a player, in one game or task ("": in all); None if that was never measured."""
        measured = (self._past(run, row) for run, row in self._of(subject, what) if row.seconds >= 1)
        pasts = list(islice((past for past in measured if past.seconds), _ENOUGH))
        seconds = sum(past.seconds for past in pasts)
        return sum(past.tokens for past in pasts) / seconds if seconds else None

    def _of(self, subject: str, what: str) -> Iterator[tuple[RunRow, CellRow]]:
        """The cells of a player in a game or task ("": in all). Other runs aren't read: a store may have many."""
        for run in self._runs:
            if any(cell.subject == subject and what in ("", cell.what) for cell in run.spec.cells):
                for row in self._rows(run):
                    if row.spec.subject == subject and what in ("", row.spec.what):
                        yield run, row

    def _rows(self, run: RunRow) -> list[CellRow]:
        if run.id not in self._cells:
            assert self._store is not None
            self._cells[run.id] = self._store.cells(run)
        return self._cells[run.id]

    def _past(self, run: RunRow, cell: CellRow) -> Past:
        if cell.id not in self._pasts:
            assert self._store is not None
            self._pasts[cell.id] = past_of(self._store, run, cell)
        return self._pasts[cell.id]


def _same(one: CellSpec, other: CellSpec) -> bool:
    return _known_by(one) == _known_by(other)


def _wording(cell: CellSpec) -> str:
    return "" if cell.asked is None else cell.asked.wording


def _known_by(cell: CellSpec) -> tuple[str, ...]:
    """What a cell is known by before anything is loaded: a temperature to be matched isn't known then."""
    if cell.asked is not None and cell.asked.matched:
        return cell.subject, cell.what, cell.asked.wording, cell.asked.matched
    return (cell.key,)
