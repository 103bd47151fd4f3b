"""A match as one seat sees it: its rounds, the score, how foreseeable both are, and what a reader expected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from arena.agents.agent import Past, Position, seen_by
from arena.agents.readers.reading import Explains, Reading
from arena.games import Game
from arena.records import Decision, Outcome, Policy, Round, Seat
from arena.stats.foresight import MarkovPredictor


@dataclass(frozen=True, slots=True)
class Seen:
    """A round as a seat sees it. `reading` is what the other seat's reader expected of this one before it moved."""

    number: int
    mine: Decision
    theirs: Decision
    outcome: Outcome
    reading: Reading | None

    @property
    def read(self) -> bool | None:
        """Whether this seat did what the reader expected; None if it expected nothing, or there was no move."""
        if self.reading is None or self.mine.move is None:
            return None
        return self.reading.expected == self.mine.move


class Sight:
    """A match, round by round, in the eyes of `seat`. `other` is the agent in the other seat, whose reading is sealed
    before each round if it has one."""

    def __init__(self, game: Game, seat: Seat, other: object = None) -> None:
        self.game = game
        self.seat = seat
        self.rounds: list[Seen] = []
        self.score: Counter[Outcome] = Counter()
        self._reader = other if isinstance(other, Explains) else None
        self._predictors = {place: MarkovPredictor(len(game.moves_of(place))) for place in Seat}
        self._sealed: Reading | None = None
        self._past: list[Past] = []  # as the other seat saw it

    def seal(self) -> None:
        """Keep what the reader expects of this seat in the coming round. Nothing is shown before the round is over."""
        if self._reader is not None:
            history = tuple(self._past)
            self._sealed = self._reader.reading(Position(0, len(history) + 1, history))

    def add(self, played: Round) -> Seen:
        """Take note of a round that is over, and of which the reading was sealed, or could have been."""
        if self._sealed is None:
            self.seal()
        self._past.append(seen_by(self.seat.other, played.subject.move, played.opponent.move, played.outcome))
        turned = self.seat is Seat.OPPONENT
        mine, theirs = (played.opponent, played.subject) if turned else (played.subject, played.opponent)
        outcome = played.outcome.turned if turned else played.outcome
        seen = Seen(played.number, mine, theirs, outcome, self._sealed)
        self.rounds.append(seen)
        self.score[outcome] += 1
        for place, decision in ((self.seat, mine), (self.seat.other, theirs)):
            if decision.move is not None:
                self._predictors[place].update(decision.move)
        self._sealed = None
        return seen

    @property
    def is_read(self) -> bool:
        """Whether the other seat foresees this one's moves."""
        return self._reader is not None

    @property
    def net(self) -> float:
        """Win rate minus loss rate, in points; 0 before the first round."""
        rounds = len(self.rounds)
        return 100 * (self.score[Outcome.WIN] - self.score[Outcome.LOSS]) / rounds if rounds else 0.0

    def predictor(self, seat: Seat) -> MarkovPredictor:
        """What foresees a seat's moves by those it made in this match."""
        return self._predictors[seat]

    @property
    def caught(self) -> tuple[int, int]:
        """In how many rounds the reader was right about this seat, and in how many it expected anything."""
        verdicts = [seen.read for seen in self.rounds if seen.read is not None]
        return sum(verdicts), len(verdicts)

    def policies(self) -> list[Policy]:
        """The other seat's policies, of the rounds in which it had one."""
        return [seen.theirs.policy for seen in self.rounds if seen.theirs.policy is not None]
