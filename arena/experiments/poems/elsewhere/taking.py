"""What came back from elsewhere, checked against the contests in the store, and stored once all of it is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from arena.errors import InputError, UsageError
from arena.experiments.poems.contests import Contests, find_contests
from arena.experiments.poems.elsewhere.answers import read_answers
from arena.experiments.poems.elsewhere.sheets import Sheet, SheetPair, sheets_of
from arena.experiments.poems.elsewhere.table import exported_cells, read_results
from arena.experiments.poems.judgement import Choice, person
from arena.experiments.poems.judging import Judge, judges_of, read_judgements
from arena.experiments.poems.kinds import Kind, is_kind
from arena.store.codec import run_key
from arena.store.store import Store
from arena.text import meant

_MOST_BYTES: Final = 100_000_000  # of a file
_CHOICES: Final = tuple(map(str, Choice))
_CONTENT: Final = ("topic", "question", "meaning", "left", "right")  # columns that need not be there, but must be right


@dataclass(frozen=True, slots=True)
class Given:
    """A choice in a file, and where it stands there, in words."""

    judge: str
    axis: str
    pair: str
    left: str
    right: str
    choice: str
    where: str
    cells: Mapping[str, str] | None = None  # of a table


@dataclass(frozen=True, slots=True)
class Taken:
    """What one judge's answers came to: `new` were stored, `known` were there already; `judged` of `pairs` now are.
    `failed` names the contests whose control the judge failed."""

    judge: str
    new: int
    known: int
    judged: int
    pairs: int
    failed: tuple[str, ...]


_Choices = dict[str, dict[int, Choice]]  # by contest and showing


def take_files(store: Store, files: Sequence[Path], run: str | None = None, judge: str | None = None) -> list[Taken]:
    """Store the judgements in these files, all of them or, if anything is wrong, none. The store must be open for
    writing. `run` names the contests that they must be about, `judge` the person whom they must be from.

    Raises InputError for what is wrong in a file, UsageError for a judge's name that is none, StoreError.
    """
    contests: Contests | None = None if run is None else find_contests(store, run)
    chosen: dict[str, _Choices] = {}
    seen: dict[tuple[str, str], str] = {}
    for file in files:
        key, given = _read(file)
        contests = _contests_of(store, str(file), key, contests)
        names = _Names(contests)
        for each in given:
            _add(chosen, seen, each, names, judge)
    if contests is None or not chosen:
        raise InputError("there is no answer in what was given: let somebody judge first")
    _check_known(store, contests, chosen)
    return _store(store, contests, chosen)


def _read(file: Path) -> tuple[str, list[Given]]:
    """The key of the contests that a file is about, and the choices in it."""
    name = str(file)
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise InputError(f"{name} is too large for a file of answers")
        data = file.read_bytes()
    except OSError as error:
        raise InputError(f"{name} can't be read: {error.strerror}") from error
    if data.lstrip()[:1] == b"{":
        found = read_answers(name, data)
        return found.contests, [
            Given(found.judge, each.axis, each.pair, each.left, each.right, each.choice, f"{name}, answer {number}")
            for number, each in enumerate(found.answers, 1)
        ]
    rows = [(row.cells, f"{name}, line {row.line}") for row in read_results(name, data)]
    keys = {cells["contests"] for cells, _ in rows}
    if len(keys) > 1:
        raise InputError(f"{name} is about the contests of {len(keys)} different runs: give each in a file of its own")
    return next(iter(keys), ""), [
        Given(
            cells["judge"].strip(),
            cells["axis"],
            cells["pair"],
            cells["left_text"],
            cells["right_text"],
            cells["choice"].strip().lower(),
            where,
            cells,
        )
        for cells, where in rows
        if cells["choice"].strip()  # a pair that nobody has judged yet
    ]


def _contests_of(store: Store, file: str, key: str, wanted: Contests | None) -> Contests:
    """The contests that a file is about, which must be those that are wanted."""
    if wanted is not None:
        if wanted.key != key:
            raise InputError(f"{file} is about other contests than those of the run {wanted.run.name}")
        return wanted
    for run in store.runs():
        if is_kind(run, Kind.CONTESTS) and run_key(run.spec) == key:
            return find_contests(store, run.name)
    raise InputError(
        f"{file} is about contests that aren't in {store.shown}: name the store that it was exported from with --store"
    )


class _Names:
    """The pairs of contests by the names under which they left."""

    def __init__(self, contests: Contests) -> None:
        self.key = contests.key
        self.found: dict[str, tuple[Sheet, SheetPair]] = {
            pair.name: (sheet, pair) for sheet in sheets_of(contests) for pair in sheet.pairs
        }


def _add(
    chosen: dict[str, _Choices], seen: dict[tuple[str, str], str], given: Given, names: _Names, judge: str | None
) -> None:
    """Take note of a choice, if all of it is right."""
    try:
        subject = person(given.judge)
    except UsageError as error:
        raise InputError(f"{given.where}: {error}") from error
    if judge is not None and subject != person(judge):
        raise InputError(f"{given.where}: this is by {given.judge!r}, and only answers by {judge!r} are wanted")
    if given.pair not in names.found:
        raise InputError(f"{given.where}: there is no pair {given.pair!r:.40} in these contests")
    sheet, pair = names.found[given.pair]
    _check_as_shown(given, sheet, pair, names.key)
    before = seen.setdefault((subject, given.pair), given.where)
    if before != given.where:
        raise InputError(f"{given.where}: {given.judge!r} has already judged this pair ({before}): remove one of them")
    if given.choice not in _CHOICES:
        raise InputError(f"{given.where}: the choice is {given.choice!r:.40}: {meant(given.choice, _CHOICES)}")
    choices = chosen.setdefault(given.judge, defaultdict(dict))
    choices[sheet.contest.name][pair.number] = Choice(given.choice)


def _check_as_shown(given: Given, sheet: Sheet, pair: SheetPair, key: str) -> None:
    """Refuse what isn't as it left: another axis, other texts or changed sides."""
    if given.axis != sheet.axis.name:
        raise InputError(
            f"{given.where}: this pair is judged on {sheet.axis.name}, and the answer is about {given.axis!r:.40}"
        )
    if (given.left, given.right) != (pair.left.name, pair.right.name):
        raise InputError(f"{given.where}: these aren't the texts of this pair, or their sides are changed")
    if given.cells is None:
        return
    for column, text in exported_cells(key, sheet, pair).items():
        if column in _CONTENT and column in given.cells and _words(given.cells[column]) != _words(text):
            raise InputError(f"{given.where}: the column {column!r} isn't as it was exported: give it as it was")


def _words(text: str) -> list[str]:
    """What mustn't have changed in a text: a platform may lay it out anew, and a formula's apostrophe isn't part of
    it."""
    return text.strip().removeprefix("'").split()


def _check_known(store: Store, contests: Contests, chosen: Mapping[str, _Choices]) -> None:
    """Refuse what contradicts a judgement in the store."""
    for run in judges_of(store, contests):
        name = run.spec.cells[0].subject.partition(":")[2]
        if run.spec.cells[0].subject != person(name) or name not in chosen:
            continue
        known = read_judgements(store, contests, run)
        for contest, choices in chosen[name].items():
            for number, choice in choices.items():
                before = known.get(contest, {}).get(number)
                if before is not None and before.choice != choice:
                    raise InputError(
                        f"{name!r} has judged a pair of {contest} otherwise before ({before.choice}, now {choice}): "
                        "what is stored stays. If this is another person, they need another name"
                    )


def _store(store: Store, contests: Contests, chosen: Mapping[str, _Choices]) -> list[Taken]:
    with ExitStack() as opened:
        # all of them before the first word is written: one may be judging at this moment
        judges = {name: opened.enter_context(Judge.begin(store, contests, name)) for name in chosen}
        return [_take(judge, name, chosen[name]) for name, judge in judges.items()]


def _take(judge: Judge, name: str, choices: _Choices) -> Taken:
    def judged() -> int:
        return sum(len(judge.judged(contest.name)) for contest in judge.contests.contests)

    before = judged()
    judge.take_in(choices)
    new = judged() - before
    return Taken(
        name,
        new,
        sum(map(len, choices.values())) - new,
        before + new,
        sum(len(contest.showings) for contest in judge.contests.contests),
        tuple(contest for contest in choices if judge.passed_control(contest) is False),
    )
