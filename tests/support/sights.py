"""Matches as a person sees them, from moves that a test gives."""

from __future__ import annotations

from collections.abc import Sequence

from arena.agents.spec import make_bot, parse_agent
from arena.games import parse_game
from arena.records import Decision, Policy, Round, Seat
from arena.session.sight import Sight


def sight(
    moves: Sequence[tuple[int, int]],
    game: str = "rps",
    seat: Seat = Seat.SUBJECT,
    reader: str | None = None,
    policy: Policy | None = None,
) -> Sight:
    """A match of these moves of the person and of the other side, who may be a reader, or have a policy."""
    rules = parse_game(game)
    other = None if reader is None else make_bot(parse_agent(reader), rules, seat.other)
    made = Sight(rules, seat, other)
    for number, (mine, theirs) in enumerate(moves, 1):
        move, reply = (mine, theirs) if seat is Seat.SUBJECT else (theirs, mine)
        decisions = {seat: Decision(None, mine), seat.other: Decision(policy, theirs)}
        outcome = rules.outcome(move, reply)
        made.add(Round(number, outcome, decisions[Seat.SUBJECT], decisions[Seat.OPPONENT]))
    return made
