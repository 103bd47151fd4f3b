"""`roshambo:PROGRAM`: the programs of the First International RoShamBo Programming Competition, as OpenSpiel has them.

OpenSpiel (`pip install open_spiel`) isn't a part of Arena. Its programs draw random numbers that can't be named, so
their matches differ from one time to the next, which no other agent's do.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from arena.agents.agent import AgentSpec, Past, Sees, View
from arena.agents.readers.foreseeing import Learnt
from arena.errors import UsageError
from arena.games import Game, parse_game
from arena.records import Decision, Seat
from arena.text import meant

ROUNDS: Final = 1000  # the longest match that a program can play
_MATCH: Final = f"repeated_game(stage_game=matrix_rps(),num_repetitions={ROUNDS})"


class Program:
    """One of the programs in a seat of rock-paper-scissors. It plays well only rounds in which both had a move, so a
    forfeited one isn't shown to it."""

    sees: Final = Sees.MOVES

    def __init__(self, name: str, program: str, player: int) -> None:
        import pyspiel

        self.name = name
        self._player = player
        game = pyspiel.load_game(_MATCH)
        self._matches = Learnt[_Match](
            lambda: _Match(pyspiel.make_roshambo_bot(player, program), game.new_initial_state()), self._learn
        )

    def _learn(self, match: _Match, past: Past) -> None:
        if past.mine is not None and past.theirs is not None:
            match.move()  # a program wants to be asked in every round; what was played counts
            match.played((past.mine, past.theirs) if self._player == 0 else (past.theirs, past.mine))

    async def decide(self, view: View) -> Decision:
        """Ask the program. It has no policy that could be read. Raises UsageError after a thousand rounds."""
        if view.number > ROUNDS:
            raise UsageError(f"{self.name} can play matches of at most {ROUNDS} rounds: set --rounds {ROUNDS} or fewer")
        return Decision(None, self._matches.at(view).move())


class _Match:
    """A program, and the match as it sees it."""

    def __init__(self, program: Any, state: Any) -> None:
        self._program = program
        self._state = state
        self._move: int | None = None  # what it was asked for this round

    def move(self) -> int:
        """The program's move, asked for once a round."""
        if self._move is None:
            self._move = int(self._program.step(self._state))
        return self._move

    def played(self, moves: tuple[int, int]) -> None:
        """Show it a round."""
        self._state.apply_actions(list(moves))
        self._move = None


def roshambo(spec: AgentSpec, game: Game, seat: Seat) -> Program:
    """`roshambo:PROGRAM`. Raises UsageError for an unknown program, for games but rock-paper-scissors, and where
    OpenSpiel isn't installed."""
    rules = parse_game("rps")
    if game.moves != rules.moves or not np.array_equal(game.payoff, rules.payoff):
        raise UsageError(f"{spec.text!r} plays {rules.title} alone, not {game.title}")
    if find_spec("pyspiel") is None:
        raise UsageError(f"{spec.text!r} needs OpenSpiel: pip install open_spiel")
    import pyspiel

    programs = pyspiel.roshambo_bot_names()
    if spec.argument not in programs:
        hint = meant(spec.argument, programs, f"there are {', '.join(programs)}")
        raise UsageError(f"OpenSpiel has no program {spec.argument!r}: {hint}")
    return Program(spec.text, spec.argument, 0 if seat is Seat.SUBJECT else 1)
