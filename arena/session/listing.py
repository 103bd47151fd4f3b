"""The runs of a store as a person looks for them: who against whom, in what, how it went, when; filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.experiments.registry import amount
from arena.experiments.tournament.sitting import SITTING
from arena.reports.settings import differences, of_run
from arena.session.choice import is_person
from arena.session.seats import display_name
from arena.store.rows import RunRow
from arena.store.store import Store


@dataclass(frozen=True, slots=True)
class Listed:
    """A run in words. `net` is that of a sitting, in points: for the person if one played, else for the subject; None
    for other runs."""

    run: RunRow
    state: str
    what: str
    who: str
    against: str
    net: float | None

    @property
    def name(self) -> str:
        """The run's name, which has its day."""
        return self.run.name

    @property
    def kind(self) -> str:
        """The kind of experiment."""
        return self.run.spec.experiment

    @property
    def amount(self) -> str:
        """How much it is to contain."""
        return amount(self.run.spec)

    @property
    def began(self) -> str:
        """When it began, to the minute; "" if the store doesn't know."""
        try:
            return f"{self.run.began:%Y-%m-%d %H:%M}"
        except ValueError:
            return ""


# in which orders a list can stand, by name; the first is the one it opens in
SORTED: Final[dict[str, Callable[[Listed], Any]]] = {
    "latest first": lambda one: 0,  # as they are listed
    "by net": lambda one: (one.net is None, -(one.net or 0.0)),
    "by player": lambda one: one.who.lower(),
    "by opponent": lambda one: one.against.lower(),
    "by game": lambda one: one.what.lower(),
}


def listed(store: Store) -> list[Listed]:
    """All runs, the latest first. Raises StoreError."""
    runs = store.runs()
    differs = _differences(runs)
    found = []
    for run in reversed(runs):
        state = "finished" if run.finished else "running" if store.writer_of(run) is not None else "stopped"
        cells = run.spec.cells
        who = f"{players(run)}{differs[run.name]}"
        against = ", ".join(dict.fromkeys(display_name(cell.opponent) for cell in cells if cell.opponent))
        what = ", ".join(dict.fromkeys(cell.what for cell in cells))
        found.append(Listed(run, state, what, who, against, _net(store, run)))
    return found


def chosen(rows: Sequence[Listed], words: str, order: str) -> list[Listed]:
    """The rows that contain all of the words, in an order of `SORTED`."""
    wanted = words.lower().split()

    def is_wanted(one: Listed) -> bool:
        text = " ".join((one.name, one.kind, one.state, one.what, one.who, one.against, one.began)).lower()
        return all(word in text for word in wanted)

    return sorted(filter(is_wanted, rows), key=SORTED[order])


def players(run: RunRow) -> str:
    """Who is measured."""
    return ", ".join(dict.fromkeys(display_name(cell.subject) for cell in run.spec.cells))


def _differences(runs: Sequence[RunRow]) -> dict[str, str]:
    """By name, what distinguishes each run from others of the same kind with the same players."""
    alike: dict[tuple[str, str], list[RunRow]] = {}
    for run in runs:
        alike.setdefault((run.spec.experiment, players(run)), []).append(run)
    found: dict[str, str] = {}
    for group in alike.values():
        said = differences([of_run(run) for run in group], shown=("rounds_asked", "opponent"))
        found |= zip((run.name for run in group), said, strict=True)
    return found


def _net(store: Store, run: RunRow) -> float | None:
    """The net of a sitting, over all of its rounds."""
    if run.spec.experiment != SITTING:
        return None
    (cell,) = store.cells(run)
    matches = store.matches(cell)
    rounds = sum(match.rounds for match in matches)
    if not rounds:
        return None
    net = 100 * sum(match.net for match in matches) / rounds
    return -net if is_person(cell.spec.opponent) else net
