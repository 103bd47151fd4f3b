"""A judge at work: which pair comes next, and judgements that are on disk as soon as they are made.

Each judge has a run of their own, so that several can judge in one store at the same time, and the operating system's
lock keeps one judge from being in two places. A judge sees pairs (`Pair`) and nothing of who wrote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

from arena.backends.loading import Models
from arena.errors import StoreError
from arena.experiments.poems.contest import BAG, Contest, Pair
from arena.experiments.poems.contests import Contests
from arena.experiments.poems.judgement import Choice, Judgement, person, read_judgement
from arena.experiments.poems.kinds import EXPERIMENT, Kind, is_kind
from arena.experiments.poems.pairing import shuffled
from arena.randomness import stream
from arena.records import Answer
from arena.store.rows import Asked, CellSpec, RunRow, RunSpec, Unit
from arena.store.store import Store
from arena.store.writer import RunWriter


def judged_cell(judge: str, contest: Contest, asked: Asked | None = None) -> CellSpec:
    """A judge's cell: their judgements of one contest. `asked` is how a model is asked."""
    wording = "-" if asked is None else f"{asked.style}/{asked.format}/{asked.wording}"
    return CellSpec(stream(judge, "", contest.name, wording, "-"), judge, "", contest.name, asked)


def judge_settings(contests: Contests) -> dict[str, str]:
    """The settings of a judge's run."""
    return {"mode": Kind.JUDGEMENTS, "contests": contests.key}


def showing_order(contests: Contests, contest: Contest, judge: str) -> list[int]:
    """The numbers of a contest's showings in a judge's own order. Pairs come again only after all have been judged."""
    name = stream(contests.run.spec.seed, "judge", judge, contest.name)
    order = shuffled(len(contest.showings), name)
    return sorted(order, key=lambda number: contest.showings[number].kind == "again")  # otherwise in their order


def contest_order(contests: Contests, judge: str) -> list[Contest]:
    """All contests in a judge's own order: one axis after another, so that the question seldom changes."""
    name = stream(contests.run.spec.seed, "judge", judge)
    axes = list(dict.fromkeys(contest.axis for contest in contests.contests))
    ranks = {axes[at]: rank for rank, at in enumerate(shuffled(len(axes), stream(name, "axes")))}
    mixed = [contests.contests[at] for at in shuffled(len(contests.contests), stream(name, "contests"))]
    return sorted(mixed, key=lambda contest: ranks[contest.axis])


class Judge(AbstractContextManager["Judge"]):
    """A person who judges, from `begin` to `close`. Contests go by their `name`; an unknown one raises KeyError."""

    def __init__(self, contests: Contests, subject: str, writer: RunWriter) -> None:
        self.contests = contests
        self.subject = subject
        self._writer = writer
        self._cells = {contest.name: judged_cell(subject, contest).key for contest in contests.contests}
        self._order = {contest.name: showing_order(contests, contest, subject) for contest in contests.contests}
        self._judged = {name: self._stored(name) for name in self._cells}
        self._made: list[tuple[str, int]] = []  # in this sitting, the latest last

    @classmethod
    def begin(cls, store: Store, contests: Contests, name: str) -> Judge:
        """Begin judging or continue, as the person of that name. The store must be open for writing.

        Raises UsageError for a name that is none, StoreError if that person is judging elsewhere at the moment.
        """
        subject = person(name)
        spec = RunSpec(
            experiment=EXPERIMENT,
            unit=Unit.ANSWER,
            cells=tuple(judged_cell(subject, contest) for contest in contests.contests),
            size=contests.most_showings,
            seed=contests.run.spec.seed,
            models={},
            manifest=Models().manifest(),
            settings=judge_settings(contests),
        )
        writer = store.begin(spec)
        try:
            return cls(contests, subject, writer)
        except BaseException:
            writer.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def judged(self, contest: str) -> Mapping[int, Judgement]:
        """The judgements so far, by the number of the showing."""
        return self._judged[contest]

    def left(self, contest: str) -> list[int]:
        """The numbers of the showings that are still to be judged, in this judge's order."""
        return [number for number in self._order[contest] if number not in self._judged[contest]]

    def next(self, contest: str) -> Pair | None:
        """The next pair, or None if all have been judged."""
        left = self.left(contest)
        return self.contests.find(contest).pair(left[0]) if left else None

    def choose(self, contest: str, number: int, choice: Choice) -> None:
        """Record a choice; it is on disk when this returns. Raises ValueError for a showing that isn't there or has
        been judged, StoreError if the store refuses (the choice is then kept, and written with the next one)."""
        if number not in self.left(contest):
            raise ValueError(f"showing {number} of {contest} isn't waiting to be judged")
        judgement = Judgement.chosen(choice)
        self._writer.add_answer(self._cells[contest], number, judgement.to_answer())
        self._judged[contest][number] = judgement
        self._made.append((contest, number))
        self._writer.flush()

    def take_in(self, chosen: Mapping[str, Mapping[int, Choice]]) -> None:
        """Record choices that were made elsewhere, by contest and showing, all at once or none. Those that have been
        judged already stay as they are. Raises StoreError."""
        for contest, choices in chosen.items():
            for number, choice in choices.items():
                if number not in self._judged[contest]:
                    self._writer.add_answer(self._cells[contest], number, Judgement.chosen(choice).to_answer())
        self._writer.flush()
        self._judged = {name: self._stored(name) for name in self._cells}

    def undo(self) -> tuple[str, int] | None:
        """Take back the latest choice of this sitting; which one it was, or None if there is none. Its showing waits
        to be judged again. Raises StoreError."""
        if not self._made:
            return None
        contest, number = self._made[-1]
        self._writer.take_back_answer(self._cells[contest], number)
        self._made.pop()
        del self._judged[contest][number]
        return contest, number

    def passed_control(self, contest: str) -> bool | None:
        """Whether the judge preferred the poem to the bag of words; None before that was asked."""
        return passed_control(self.contests.find(contest), self._judged[contest])

    def close(self) -> None:
        """End the sitting; the run is finished once everything has been judged. Raises StoreError."""
        with self._writer as writer:
            if not any(self.left(contest) for contest in self._cells):
                writer.finish()

    def _stored(self, contest: str) -> dict[int, Judgement]:
        answers = self._writer.answers(self._cells[contest])
        return _judgements(answers, self.contests.find(contest), self._writer.run.name)


def passed_control(contest: Contest, judgements: Mapping[int, Judgement]) -> bool | None:
    """Whether a judge preferred the control's poem to the bag of words; a tie is no. None before it was asked."""
    for number in contest.numbers("control"):
        if number in judgements:
            bag_is_left = contest.showings[number].left == BAG
            return judgements[number].choice == (Choice.RIGHT if bag_is_left else Choice.LEFT)
    return None


def judges_of(store: Store, contests: Contests) -> list[RunRow]:
    """The runs of those who judge these contests, the oldest first."""
    return [
        run
        for run in store.runs()
        if is_kind(run, Kind.JUDGEMENTS) and run.spec.settings.get("contests") == contests.key
    ]


def read_judgements(store: Store, contests: Contests, run: RunRow) -> dict[str, dict[int, Judgement]]:
    """The judgements of a judge's run, by contest and showing. Raises StoreError if one makes no sense."""
    return {
        cell.spec.what: _judgements(store.draws(cell), contests.find(cell.spec.what), cell.run)
        for cell in store.cells(run)
    }


def _judgements(answers: Mapping[int, Answer], contest: Contest, run: str) -> dict[int, Judgement]:
    try:
        found = {number: read_judgement(answer.value) for number, answer in answers.items()}
        if not set(found) <= set(range(len(contest.showings))):
            raise ValueError("a judgement of a pair that isn't there")
    except ValueError as error:
        raise StoreError(
            f"the run {run} is damaged ({contest.name}: {error}): put a good copy of the store in its place"
        ) from error
    return found
