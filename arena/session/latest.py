"""What a person played last: a match to go on with, or one to look at again."""

from __future__ import annotations

from typing import NamedTuple

from arena.experiments.tournament.sitting import SITTING
from arena.session.choice import is_person
from arena.session.ending.words import points
from arena.session.seats import display_name, name_at_table
from arena.session.unfinished import Unfinished, unfinished
from arena.store.rows import CellRow, MatchRow
from arena.store.store import Store


class Latest(NamedTuple):
    """The match played last with its cell, and the one that was left; None where there is none."""

    match: tuple[CellRow, MatchRow] | None = None
    unfinished: Unfinished | None = None


def latest(store: Store) -> Latest:
    """What was played last in a store. Raises StoreError."""
    return Latest(store.last_match(SITTING), unfinished(store))


def words(found: Latest) -> tuple[str, str, str]:
    """One line on it, in three parts, of which the second is the key to press; all "" if nothing was played."""
    if found.unfinished is not None:
        choice, rounds = found.unfinished
        against = choice.opponent if is_person(choice.subject) else choice.subject
        rest = f") with your match against {name_at_table(against)}, at round {rounds + 1} of {choice.rounds}"
        return "Go on (", "g", rest
    if found.match is None:
        return "", "", ""
    cell, match = found.match
    spec = cell.spec
    net = 100 * match.net / match.rounds
    who = f"{display_name(spec.subject)} against {display_name(spec.opponent)}"
    if is_person(spec.subject):
        who = f"you against {name_at_table(spec.opponent)}"
    elif is_person(spec.opponent):
        who, net = f"you against {name_at_table(spec.subject)}", -net
    unit = "round" if match.rounds == 1 else "rounds"
    return "Last (", "l", f" replays it): {who}, net {points(net)}, {match.rounds} {unit}"
