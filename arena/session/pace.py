"""How much of some plans is done, and how long the rest will take: a range, as wide as it must be, that narrows as the
pace is learned.

Rounds, answers and exact trees aren't alike, so cells are weighed by the tokens that they are expected to take
(arena/experiments/cost.py). A player's speed is at first the one measured or stated before, and then more and more the
one seen now; all time counts, also that in which a model is loaded. If players turn out slower than was thought, so
presumably will those that come later.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from arena.errors import InputError
from arena.experiments.experiment import Cell, Plan
from arena.experiments.past import Shown
from arena.experiments.registry import costs_of
from arena.experiments.speeds import speed_of
from arena.reports.words import duration

_TRUST: Final = 15.0  # seconds of seeing a player at work that weigh as much as what was thought before
_HALF_LIFE: Final = 180.0  # seconds after which what was seen counts half: machines get busy, and quiet again
_LATELY: Final = 30.0
_DOUBT: Final = {"measured": 1.6, "stated": 3.0}  # the factor by which a speed may be wrong before anything is seen
_LOADING: Final = 1000.0  # tokens that a model could have read while it was loaded
_BOTS: Final = 2000.0  # rounds or answers a second
_UNKNOWN: Final = 4.0  # the same for a player of which nothing is known but how fast others are
_OTHER_KIND: Final = 1.5  # and for what this player hasn't done yet
_GRAIN: Final = 0.1  # seconds: bots do thousands of steps in it, and more often isn't worth the time
_LEAST: Final = 1.1  # no estimate is better than this
_CLEAR: Final = 1.5  # a range whose ends differ by less is said as one number

Kind = tuple[str, str, str]  # a player, and what it does: the experiment and the game or task


class Left(NamedTuple):
    """The seconds that are left, at least and at most."""

    least: float
    most: float

    def __str__(self) -> str:
        if self.most <= self.least * _CLEAR or self.most < 5:
            return f"about {duration((self.least * self.most) ** 0.5)} left"
        return f"{duration(self.least)} to {duration(self.most)} left"


@dataclass(slots=True)
class _Seen:
    """Work seen and the seconds it took, older work counting less."""

    work: float = 0.0
    seconds: float = 0.0
    half_life: float = _HALF_LIFE

    def add(self, work: float, seconds: float) -> None:
        kept = 0.5 ** (seconds / self.half_life)
        self.work = self.work * kept + work
        self.seconds = self.seconds * kept + seconds


@dataclass(slots=True)
class _Task:
    """A cell's work in tokens, and how much of it is done. `speed` is what is thought of its player before, `doubt` by
    what factor that may be wrong."""

    kind: Kind
    work: float
    speed: float | None
    doubt: float
    done: float = 0.0
    first: float = 0.0  # the share that was done before

    @property
    def left(self) -> float:
        return self.work - self.done


class Pace:
    """The pace of plans that are carried out one after another. `now` tells the time in seconds."""

    def __init__(self, plans: Sequence[Plan], shown: Shown, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._plans = plans  # kept, because tasks are known by their plan's id
        self._tasks = {(id(plan), key): task for plan in plans for key, task in _tasks(plan, shown)}
        self._players: defaultdict[str, _Seen] = defaultdict(_Seen)
        self._lately: defaultdict[str, _Seen] = defaultdict(lambda: _Seen(half_life=_LATELY))
        self._kinds: defaultdict[Kind, _Seen] = defaultdict(_Seen)
        self._watched: defaultdict[str, float] = defaultdict(float)  # seconds in all
        self._thought: dict[str, float] = {}  # the models' speeds as they were thought of before
        for task in self._tasks.values():
            if task.speed is not None and task.doubt < _UNKNOWN:
                self._thought.setdefault(task.kind[0], task.speed)
        self._plan = 0
        self._current: _Task | None = None
        self._last = now()

    def begins(self, plan: Plan) -> None:
        """A plan begins. What earlier ones lack won't be done."""
        for (of, _), task in self._tasks.items():
            if of == self._plan:
                task.work = task.done
        self._plan = id(plan)

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        """A cell begins, of whose steps some were done before."""
        self._current = self._tasks.get((self._plan, cell.spec.key))
        if self._current is not None:
            self._current.first = done / total if total else 0.0
            if self._current.first >= 1:
                self._current.work = self._current.done  # none of it was seen to be done

    def reached(self, done: int, total: int) -> None:
        """So many steps of the current cell are done."""
        task = self._current
        if task is not None and total and task.first < 1 and self._now() - self._last >= _GRAIN:
            self._note(task, task.work * min(1.0, (done / total - task.first) / (1 - task.first)))

    def cell_ends(self) -> None:
        """The current cell is complete."""
        if self._current is not None:
            self._note(self._current, self._current.work)
            self._current = None

    @property
    def share(self) -> float:
        """The share of the whole that is done, from 0 to 1, as far as can be said: by the time that it takes."""
        done = whole = 0.0
        for task in self._tasks.values():
            speed, _ = self._judged(task) or (1.0, 0.0)
            done += task.done / speed
            whole += task.work / speed
        return done / whole if whole else 1.0

    def left(self) -> Left | None:
        """The time that the rest will take; None if nothing is known yet about some of it."""
        least = most = 0.0
        for task in self._tasks.values():
            if task.left > 0:
                judged = self._judged(task)
                if judged is None:
                    return None
                speed, doubt = judged
                least += task.left / speed / doubt
                most += task.left / speed * doubt
        return Left(least, most)

    def _note(self, task: _Task, done: float) -> None:
        now = self._now()
        work, seconds = done - task.done, now - self._last
        task.done, self._last = done, now
        player = task.kind[0]
        for seen in (self._players[player], self._lately[player], self._kinds[task.kind]):
            seen.add(work, seconds)
        self._watched[player] += seconds

    def _judged(self, task: _Task) -> tuple[float, float] | None:
        """The speed of a task's player, and the factor by which that may be wrong."""
        player = task.kind[0]
        seen, watched = self._players[player], self._watched[player]
        thought, doubt = task.speed, task.doubt
        slower = self._slower()
        if thought is None:
            others = [seen for seen in self._players.values() if seen.work and seen.seconds > 1]
            if not others:
                return None
            thought = sum(one.work for one in others) / sum(one.seconds for one in others)
        elif slower:
            thought *= slower
        speed = (seen.work + thought * _TRUST) / (seen.seconds + _TRUST)
        doubt = 1 + (doubt - 1) * _TRUST / (watched + _TRUST)
        kind = self._kinds[task.kind]
        if kind.seconds:
            speed = (kind.work + speed * _TRUST) / (kind.seconds + _TRUST)
        else:
            doubt *= _OTHER_KIND
        lately = self._lately[player]
        if lately.work and seen.work and lately.seconds:  # a pace that changes says little about the next hour
            ratio = lately.work / lately.seconds * seen.seconds / seen.work
            doubt = max(doubt, ratio, 1 / ratio)
        return speed, max(doubt, _LEAST)

    def _slower(self) -> float | None:
        """By what factor players are as fast as was thought; None until that was seen for a while."""
        seen = [(self._thought[player], found) for player, found in self._players.items() if player in self._thought]
        seconds = sum(found.seconds for _, found in seen)
        return sum(found.work / thought for thought, found in seen) / seconds if seconds > _TRUST / 3 else None


def _tasks(plan: Plan, shown: Shown) -> Iterator[tuple[str, _Task]]:
    """The tasks of the cells that a plan fills, by key. Where the cost isn't known, or no model is asked, a cell's work
    is its steps."""
    try:
        costs = costs_of(plan, shown)
    except InputError:  # said when the plan is carried out
        costs = [None] * len(plan.cells)
    loaded = ""
    for cell, cost in zip(plan.cells, costs, strict=True):
        if not plan.takes(cell):
            continue
        spec = cell.spec
        kind = (spec.subject, plan.experiment, spec.what)
        if cost is not None and cost.tokens.most:
            speed = speed_of(spec, shown)
            doubt = _UNKNOWN if speed is None else _DOUBT[speed.source]
            loading = _LOADING if cost.left and spec.subject != loaded else 0.0
            loaded = spec.subject
            work = cost.tokens.likely * cost.left + loading
            yield spec.key, _Task(kind, work, speed and speed.tokens, doubt)
        else:
            left = 1.0 if cost is None else cost.left
            steps = plan.size * (plan.rounds or 1) * left
            yield spec.key, _Task(kind, steps, None if cost is None else _BOTS, _UNKNOWN)
