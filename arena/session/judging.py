"""A person's sitting as a judge of poems: contest after contest, pair after pair, without a screen.

A screen gets a `Moment`, and learns nothing else: not who wrote a poem, nor which pair is the control.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

import msgspec

from arena.experiments.poems.axes import Axis, find_axis
from arena.experiments.poems.contest import Contest, Pair
from arena.experiments.poems.contests import find_contests
from arena.experiments.poems.judgement import Choice, is_person
from arena.experiments.poems.judging import Judge, contest_order, judges_of, read_judgements
from arena.session.files import Kept
from arena.store.store import Store


class Stage(Enum):
    """What a judge is to be shown."""

    QUESTION = auto()  # before a contest: what is asked
    PAIR = auto()
    DONE = auto()  # after the last contest


@dataclass(frozen=True, slots=True)
class Moment:
    """What a judge is shown at one moment. `done` of `pairs` are judged in this contest, the `number`-th of `contests`;
    `pair` is there at Stage.PAIR alone."""

    stage: Stage
    topic: str
    axis: Axis
    number: int
    contests: int
    done: int
    pairs: int
    pair: Pair | None = None


class Judging:
    """One person judges, from opening to `close`. Every choice is on disk when `choose` returns.

    Raises InputError if the store holds no such contests, UsageError for a name that is none, StoreError if that person
    is judging elsewhere.
    """

    def __init__(self, path: Path, name: str, contests: str | None = None) -> None:
        with ExitStack() as opened:
            store = opened.enter_context(Store.open(path, create=path.exists()))
            found = find_contests(store, contests)
            self._judge = opened.enter_context(Judge.begin(store, found, name))
            self._opened = opened.pop_all()
        self.name = name
        self._contests = contest_order(found, self._judge.subject)
        self._at = 0
        self._is_reading = False  # the question of this contest has been read
        self._undoable = 0  # choices that can be taken back
        self.note = ""  # what the judge should know about the last contest
        self._go_on()

    @property
    def moment(self) -> Moment:
        """What the judge is shown now."""
        contest = self._contest
        pair = self._judge.next(contest.name)
        stage = Stage.DONE if pair is None else Stage.PAIR if self._is_reading else Stage.QUESTION
        return Moment(
            stage,
            contest.topic,
            find_axis(contest.axis),
            self._at + 1,
            len(self._contests),
            len(self._judge.judged(contest.name)),
            len(contest.showings),
            pair if stage is Stage.PAIR else None,
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is a choice to take back: one of this sitting, unless a note has told which pair it was in."""
        return self._undoable > 0

    def begin(self) -> None:
        """The question has been read."""
        self._is_reading, self.note = True, ""

    def choose(self, choice: Choice) -> None:
        """Record a choice about the pair that is shown. Raises StoreError (the choice is kept nevertheless, and written
        with the next one)."""
        pair = self.moment.pair
        if pair is None:
            return
        contest = self._contest
        try:
            self._judge.choose(contest.name, pair.number, choice)
        finally:
            self._undoable += 1
            if not self._judge.left(contest.name):
                self._end(contest)

    def undo(self) -> None:
        """Show the pair again that was judged last, as if it had not been. Raises StoreError."""
        undone = self._judge.undo() if self._undoable else None
        if undone is None:
            return
        self._undoable -= 1
        self._at = [contest.name for contest in self._contests].index(undone[0])
        self._is_reading, self.note = True, ""

    def close(self) -> None:
        """End the sitting. Raises StoreError."""
        self._opened.close()

    @property
    def _contest(self) -> Contest:
        return self._contests[self._at]

    def _end(self, contest: Contest) -> None:
        """Say what has to be said after a contest, and go to the next one."""
        if self._judge.passed_control(contest.name) is False:
            self.note = (
                f"In one pair on {contest.topic}, one side was a bag of random words, and you didn't prefer the poem. "
                "Nothing is lost, and the report counts it. Take your time with each pair."
            )
            self._undoable = 0  # the note gives the pair away
        self._go_on()

    def _go_on(self) -> None:
        """Go to the first contest that has pairs left, or stay in the last one."""
        waiting = [at for at, contest in enumerate(self._contests) if self._judge.left(contest.name)]
        self._at = waiting[0] if waiting else len(self._contests) - 1
        self._is_reading = False


@dataclass(frozen=True, slots=True)
class Judged:
    """How far a person is: `done` of `pairs`."""

    name: str
    done: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The contests that wait for judges, and how far people are."""

    run: str
    topics: tuple[str, ...]
    axes: tuple[str, ...]
    pairs: int
    judges: tuple[Judged, ...]


def waiting_contests(store: Store, name: str | None = None) -> Waiting:
    """What there is to judge. Raises InputError if there are no contests."""
    found = find_contests(store, name)
    pairs = sum(len(contest.showings) for contest in found.contests)
    judges = []
    for run in judges_of(store, found):
        subject = run.spec.cells[0].subject
        if is_person(subject):
            done = sum(map(len, read_judgements(store, found, run).values()))
            judges.append(Judged(subject.partition(":")[2], done, pairs))
    return Waiting(
        found.run.name,
        tuple(dict.fromkeys(contest.topic for contest in found.contests)),
        tuple(dict.fromkeys(contest.axis for contest in found.contests)),
        pairs,
        tuple(judges),
    )


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """Who judges which run's contests: None is asked for, and the latest."""

    name: str | None = None
    contests: str | None = None


class LastJudge(msgspec.Struct, frozen=True):
    """Who judged here last."""

    name: str = ""


LAST_JUDGE: Final = Kept(LastJudge, "state", "judge.json")
