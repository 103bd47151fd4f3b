"""Shows of moves that a test gives, without a screen."""

from __future__ import annotations

from collections.abc import Sequence

from arena.games import parse_game
from arena.records import Decision, Policy, Round
from arena.session.show.board import Board


def board(
    matches: Sequence[Sequence[tuple[int | None, int | None]]],
    game: str = "rps",
    subject: Policy | None = None,
    opponent: Policy | None = None,
) -> Board:
    """A board that has seen these moves and replies, match by match, of sides with these policies."""
    rules = parse_game(game)
    made = Board(rules, max(map(len, matches)))
    for match in matches:
        made.begin()
        for number, (move, reply) in enumerate(match, 1):
            outcome = rules.outcome(move, reply)
            made.add(Round(number, outcome, Decision(subject, move), Decision(opponent, reply)))
        made.end()
    return made
