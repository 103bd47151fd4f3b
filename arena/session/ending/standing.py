"""Where a match stands among the person's own: those of the store in the same game and seats, played to their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from arena.experiments.tournament.sitting import SITTING
from arena.records import Outcome, Seat
from arena.session.choice import is_person
from arena.store.rows import CellRow, CellSpec, MatchRow
from arena.store.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """The match is number `place` of `of` by its net, the first if several are alike; `is_equalled`: one of the others
    has the same net. `best` is the best net in points and `on` the day its sitting began, None for today's match. The
    last `streak` matches all ended as `ended`."""

    place: int
    of: int
    best: float
    on: date | None
    streak: int
    ended: Outcome
    is_equalled: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A match as the store has it, for a replay."""

    cell: CellRow
    number: int
    standing: Standing | None


def kept(store: Store, run: str) -> Kept | None:
    """The last match of a sitting, and its standing if a person played it to the end. None if it has no match.

    Raises StoreError.
    """
    (cell,) = store.cells(store.run(run))
    matches = store.matches(cell)
    if not matches:
        return None
    return Kept(cell, matches[-1].number, _standing(store, cell, matches[-1]))


def _standing(store: Store, cell: CellRow, match: MatchRow) -> Standing | None:
    seat = _seat(cell.spec)
    if seat is None or not match.finished:
        return None
    played = [(net, day) for net, day, own in _played(store, cell, match) if not own]
    net = _net(match, seat)
    nets = [*(past for past, _ in played), net]
    best, on = max([*played, (net, None)], key=lambda one: (one[0], one[1] is None))
    ended = _sign(net)
    streak = next((at for at, past in enumerate(reversed(nets)) if _sign(past) is not ended), len(nets))
    place = 1 + sum(past > net for past in nets)
    return Standing(place, len(nets), best, on, streak, ended, nets.count(net) > 1)


def _played(store: Store, cell: CellRow, match: MatchRow) -> list[tuple[float, date, bool]]:
    """The net, the day, and whether it is `match`, of all finished matches between the same two in the same game."""
    found = []
    for run in store.runs():
        if run.spec.experiment != SITTING:
            continue
        for other in store.cells(run):
            if _who(other.spec) == _who(cell.spec) and (seat := _seat(other.spec)) is not None:
                for one in store.matches(other):
                    if one.finished:
                        own = other.id == cell.id and one.number == match.number
                        found.append((_net(one, seat), run.began.date(), own))
    return found


def _who(spec: CellSpec) -> tuple[str, ...]:
    return spec.what, spec.subject, spec.opponent, spec.dialled_to


def _seat(spec: CellSpec) -> Seat | None:
    """Where the person sits."""
    return Seat.SUBJECT if is_person(spec.subject) else Seat.OPPONENT if is_person(spec.opponent) else None


def _net(match: MatchRow, seat: Seat) -> float:
    """The person's net, in points."""
    net = 100 * match.net / match.rounds
    return net if seat is Seat.SUBJECT else -net


def _sign(net: float) -> Outcome:
    return Outcome((net > 0) - (net < 0))
