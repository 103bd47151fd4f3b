"""A show in words that are legible from the back of a room: who plays, what happened, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from arena.games import Game
from arena.records import Outcome, Seat
from arena.reports.words import between
from arena.session.choice import is_person
from arena.session.ending.words import points
from arena.session.seats import name_at_table
from arena.session.show.board import Board
from arena.session.sight import Seen
from arena.session.telling import happened, move_word

VOLUNTEER: Final = "volunteer"

Names = dict[Seat, str]


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown between two matches: lines in large type, each in a seat's colour or in none, and small ones."""

    large: tuple[tuple[str, Seat | None], ...]
    small: tuple[str, ...]


def stage_name(spec: str) -> str:
    """An agent's name on a stage, safe to show."""
    return VOLUNTEER if is_person(spec) else name_at_table(spec).removeprefix("the ")


def verdict(game: Game, seen: Seen) -> str:
    """What happened in a round, with the moves: "rock beats scissors", "found in the garden"."""
    told = game.told
    if told is not None and seen.mine.move is not None and seen.theirs.move is not None:
        whole = {Outcome.WIN: told.win_in_full, Outcome.LOSS: told.loss_in_full, Outcome.TIE: ""}[seen.outcome]
        if whole:
            move, reply = game.moves[seen.mine.move], game.replies[seen.theirs.move]
            return whole.replace("{move}", move).replace("{reply}", reply)
    return happened(game, Seat.SUBJECT, seen)


def moves(game: Game, seen: Seen) -> dict[Seat, str]:
    """Both moves of a round in words."""
    return {
        Seat.SUBJECT: move_word(game, Seat.SUBJECT, seen.mine.move),
        Seat.OPPONENT: move_word(game, Seat.OPPONENT, seen.theirs.move),
    }


def winner(outcome: Outcome) -> Seat | None:
    """Who won; None for a tie."""
    return {Outcome.WIN: Seat.SUBJECT, Outcome.TIE: None, Outcome.LOSS: Seat.OPPONENT}[outcome]


def opening(board: Board, names: Names) -> Card:
    """The card before a match: who meets whom in what, and how it stands."""
    small = [f"game {board.number} · {board.game.title} · {_count(board.rounds, 'round')}"]
    if board.matches:
        small.append(f"so far: {_tally(board.matches, names)}")
    return Card(
        ((names[Seat.SUBJECT], Seat.SUBJECT), ("meets", None), (names[Seat.OPPONENT], Seat.OPPONENT)), tuple(small)
    )


def closing(board: Board, names: Names, read: Sequence[Seat], limit: float) -> Card:
    """The card after a match: who won it, and over all matches so far the score, how foreseeable those that are
    `read` were, and the net; `limit` is the net that perfect play secures for the subject."""
    score = board.sight.score
    won, lost, tied = score[Outcome.WIN], score[Outcome.LOSS], score[Outcome.TIE]
    ties = f", with {_count(tied, 'tie')}" if tied else ""
    result = f"{max(won, lost)} to {min(won, lost)}{ties}"
    if won == lost:
        large: tuple[tuple[str, Seat | None], ...] = (("a draw", None),)
    else:
        best = Seat.SUBJECT if won > lost else Seat.OPPONENT
        large = ((names[best], best), ("wins", best))
    small = [result, f"games: {_tally(board.matches, names)}", _foreseen(board, names, read), net(board, names, limit)]
    return Card(large, tuple(small))


def heading(board: Board, names: Names, pace: str) -> str:
    """Where the show is."""
    at = f"game {max(1, board.number)} · round {len(board.sight.rounds)} of {board.rounds} · {pace}"
    return f"{board.game.title} · {at} · {names[Seat.SUBJECT]} against {names[Seat.OPPONENT]}"


def how_sure(board: Board, seat: Seat) -> str:
    """What the other seat, a reader of this one's mind, went by in the last round."""
    value, chance = board.value(seat), 1 / len(board.game.moves_of(seat))
    return "" if value is None else f"how sure the reader was: {value:.0%}      chance would be {chance:.0%}"


def lead(board: Board, names: Names) -> str:
    """Who is ahead in rounds, over all matches so far."""
    won, lost = board.score[Outcome.WIN], board.score[Outcome.LOSS]
    if won == lost:
        return f"level at {_count(won, 'round')} each" if won else "nobody has won a round yet"
    ahead = Seat.SUBJECT if won > lost else Seat.OPPONENT
    return f"{names[ahead]} leads by {_count(max(won, lost), 'round')} to {min(won, lost)}"


def score(board: Board, seat: Seat) -> tuple[str, str]:
    """A seat's rounds won, over all matches so far, and its net."""
    own = Outcome.WIN if seat is Seat.SUBJECT else Outcome.LOSS
    value = board.net if seat is Seat.SUBJECT else -board.net
    return f"won {board.score[own]}", f"net {points(value)}"


def net(board: Board, names: Names, limit: float) -> str:
    """The subject's net over all rounds, its interval over matches, and what perfect play would score."""
    text = f"net of {names[Seat.SUBJECT]} {board.net:+z.1f}"
    if board.interval is not None:
        text += f"  (95%: {between(*board.interval)})"
    return f"{text}   perfect play would score {limit:+z.1f}"


def sureness(board: Board, seat: Seat, names: Names) -> str:
    """What the curve of a seat shows, with its value in the last round and its mean; `names` are of the seats."""
    value, mean = board.value(seat), board.mean(seat)
    if value is None or mean is None:
        return names[seat]
    return f"{_measure(board, seat)} {value:.2f}, mean {mean:.2f} · {names[seat]}"


def _tally(score: Mapping[Outcome, int], names: Names) -> str:
    parts = [
        f"{names[seat]} {score.get(outcome, 0)}"
        for seat, outcome in ((Seat.SUBJECT, Outcome.WIN), (Seat.OPPONENT, Outcome.LOSS))
    ]
    drawn = score.get(Outcome.TIE, 0)
    return ", ".join([*parts, *([f"drawn {drawn}"] if drawn else [])])


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _measure(board: Board, seat: Seat) -> str:
    """What says how sure one can be of a seat's moves: a person shows no policy."""
    return "foreseeable" if board.policy(seat) is None else "determinism"


def _foreseen(board: Board, names: Names, read: Sequence[Seat]) -> str:
    means = [(seat, board.mean(seat)) for seat in read]
    parts = [f"{names[seat]} {_measure(board, seat)} {mean:.2f}" for seat, mean in means if mean is not None]
    return " · ".join([*parts, f"chance {1 / len(board.game.moves):.2f}"])
