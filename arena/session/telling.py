"""A match in words to the person at the table: what wins, what happened in a round, and why a reader expected it."""

from __future__ import annotations

from collections.abc import Sequence

from arena.agents.readers.reading import Outguessed, Reading, Repeated, Stayed, Whose
from arena.games import Game
from arena.records import Outcome, Seat
from arena.session.sight import Seen, Sight
from arena.stats.foresight import Followed

_SPELT = 4  # moves of a stretch that are named one by one

NOTHING = "it had nothing to go by and drew any move"


def aim(game: Game, seat: Seat) -> str:
    """What wins for a person in that seat, in one line; "" if the rules can't be said in one."""
    if game.told is not None:
        return game.told.subject if seat is Seat.SUBJECT else game.told.opponent
    return _circle(game)


def _circle(game: Game) -> str:
    """The moves in a circle in which each beats the next and nothing else; "" if they don't form one."""
    if game.moves != game.replies or any((game.payoff == 1).sum(axis=1) != 1):
        return ""
    beats = (game.payoff == 1).argmax(axis=1).tolist()
    circle = [0]
    while (following := beats[circle[-1]]) not in circle:
        circle.append(following)
    if len(circle) != len(game.moves) or following != 0:
        return ""
    return " beats ".join(game.moves[move] for move in (*circle, 0))


def happened(game: Game, seat: Seat, seen: Seen) -> str:
    """What happened in a round, in the words of the game: "rock beats scissors", "found"."""
    mine, theirs = move_word(game, seat, seen.mine.move), move_word(game, seat.other, seen.theirs.move)
    if seen.mine.move is None or seen.theirs.move is None:
        return "no move"
    if game.told is not None and seen.outcome is not Outcome.TIE:
        subject_won = (seen.outcome is Outcome.WIN) == (seat is Seat.SUBJECT)
        return game.told.win if subject_won else game.told.loss
    if seen.outcome is Outcome.TIE:
        return f"both {mine}" if mine == theirs else f"{mine} ties {theirs}"
    first, second = (mine, theirs) if seen.outcome is Outcome.WIN else (theirs, mine)
    return f"{first} beats {second}"


def move_word(game: Game, seat: Seat, move: int | None) -> str:
    """A seat's move in words."""
    return "no answer" if move is None else game.moves_of(seat)[move]


def record(sight: Sight) -> list[str]:
    """The rounds so far, a line each."""
    ended = {Outcome.WIN: "you won", Outcome.TIE: "a tie", Outcome.LOSS: "you lost"}
    lines = []
    for seen in sight.rounds:
        mine = move_word(sight.game, sight.seat, seen.mine.move)
        theirs = move_word(sight.game, sight.seat.other, seen.theirs.move)
        lines.append(f"{seen.number:>3}  {mine:<12} {theirs:<12} {ended[seen.outcome]}")
    return lines


def why(sight: Sight, seen: Seen, you: str = "you") -> str:
    """Why the reader expected what it did in a round that is over, as a sentence without its full stop. `you` is what
    the person whom it reads is called: "they" for whoever only watches."""
    if seen.reading is None:
        return NOTHING
    before = [past for past in sight.rounds if past.number < seen.number]
    return reason(sight.game, sight.seat, seen.reading, before, you)


def reason(game: Game, seat: Seat, reading: Reading, before: Sequence[Seen], you: str = "you") -> str:
    """The reason of a reading of the person in `seat`, after the rounds `before`."""
    moves, others = game.moves_of(seat), game.moves_of(seat.other)
    expected = moves[reading.expected]
    match reading.reason:
        case Followed(after=(), times=1, of=1):
            return f"{you} played {expected} before"
        case Followed(times=times, of=of) if times * len(moves) <= of:
            return f"nothing stood out in what {you} played before, so it guessed {expected}"
        case Followed(after=(), times=times, of=of):
            return f"{you} played {expected} {times} of the last {of} times"
        case Followed(after=after, times=1, of=1):
            return f"the only time that {_list(moves, after)} came before, {you} played {expected}"
        case Followed(after=after, times=times, of=of):
            return f"after {_list(moves, after)} {you} played {expected} {times} of {of} times"
        case Repeated(whose=whose, rounds=rounds):
            return f"the last time {_stretch(game, seat, whose, before, rounds, you)}, {you} went on with {expected}"
        case Stayed(move=move, won=True):
            return f"{you} won with {moves[move]}, and most people stay with what won"
        case Stayed(move=move):
            return f"{moves[move]} didn't win, and most people then go to what would have won"
        case Outguessed(mine=mine):
            return f"{you} may expect {others[mine]} from it, and {expected} wins against that"
    return "it doesn't say"


def _stretch(game: Game, seat: Seat, whose: Whose, before: Sequence[Seen], rounds: int, you: str) -> str:
    """The last rounds as a clause: "you had played paper, rock"."""
    played = [past for past in before if past.mine.move is not None and past.theirs.move is not None][-rounds:]
    mine = [past.mine.move for past in played if past.mine.move is not None]
    theirs = [past.theirs.move for past in played if past.theirs.move is not None]
    if whose is Whose.BOTH:
        if rounds == 1:
            return (
                f"{you} had played {_list(game.moves_of(seat), mine)} and it {_list(game.moves_of(seat.other), theirs)}"
            )
        return f"{rounds} rounds went as the last {rounds} did"
    who, names, moves = (you, game.moves_of(seat), mine)
    if whose is Whose.MINE:
        who, names, moves = ("it", game.moves_of(seat.other), theirs)
    if rounds > _SPELT:
        return f"{who} had played the same {rounds} moves"
    return f"{who} had played {_list(names, moves)}"


def _list(names: Sequence[str], moves: Sequence[int]) -> str:
    return ", ".join(names[move] for move in moves)
