"""What is said of a round, a policy and a score, in sentences that can be heard as well as read."""

from __future__ import annotations

from collections.abc import Iterator

from arena.games import Game
from arena.records import Decision, Outcome, Policy, Seat
from arena.session.ending.words import points
from arena.session.sight import Seen, Sight
from arena.session.telling import NOTHING, happened, move_word, why

_YOU = {Outcome.WIN: "you won", Outcome.TIE: "a tie", Outcome.LOSS: "you lost"}
_THEY = {Outcome.WIN: "{} won", Outcome.TIE: "a tie", Outcome.LOSS: "{} lost"}


def told(sight: Sight, seen: Seen, me: str, other: str) -> Iterator[str]:
    """A round that is over, a sentence or two a line. `me` is "you" where a person plays."""
    game, seat = sight.game, sight.seat
    ended = (_YOU if me == "you" else _THEY)[seen.outcome].format(me)
    yield (
        f"Round {seen.number}: {me} {_did(game, seat, seen.mine)}, {other} {_did(game, seat.other, seen.theirs)}. "
        f"{capital(happened(game, seat, seen))}: {ended}."
    )
    if sight.is_read:
        yield read(sight, seen)
    for name, decision, place in ((me, seen.mine, seat), (other, seen.theirs, seat.other)):
        if decision.policy is not None and not (sight.is_read and place is not seat):
            yield f"The policy of {name} was {policy(game, place, decision.policy, decision)}"


def read(sight: Sight, seen: Seen) -> str:
    """What a reader of moves had expected, whether it was right, and why it expected that."""
    if seen.reading is None:
        return f"{capital(NOTHING)}."
    verdict = "" if seen.read is None else ": it read you" if seen.read else ": you got away"
    expected = move_word(sight.game, sight.seat, seen.reading.expected)
    return f"It had expected {expected}{verdict}. Why: {why(sight, seen)}."


def policy(game: Game, seat: Seat, shown: Policy, decision: Decision | None = None) -> str:
    """A policy with its determinism, and its mass if a model has it."""
    moves = game.moves_of(seat)
    shares = ", ".join(f"{move} {share:.0%}" for move, share in zip(moves, shown.probabilities, strict=True))
    text = f"{shares}. Determinism {shown.determinism:.2f}, chance {1 / len(moves):.2f}"
    return f"{text}, mass on legal moves {shown.mass:.2f}." if decision is None or decision.prompt else f"{text}."


def score(sight: Sight) -> str:
    """The score so far."""
    won, tied, lost = (sight.score[outcome] for outcome in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))
    return f"Score: {won} won, {tied} tied, {lost} lost, net {points(sight.net)}."


def foreseen(sight: Sight) -> str:
    """How foreseeable the person is so far; "" while that can't be known."""
    chance = f"chance {1 / len(sight.game.moves_of(sight.seat)):.0%}"
    right, of = sight.caught
    if of:
        return f"It read you in {right} of {of} rounds, {right / of:.0%}; {chance}."
    predictor = sight.predictor(sight.seat)
    if predictor.rate is None:
        return ""
    text = f"You are {predictor.rate:.0%} foreseeable, {chance}."
    if predictor.foreseen is not None:
        text += f" Most expected from you next: {sight.game.moves_of(sight.seat)[predictor.foreseen]}."
    return text


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def _did(game: Game, seat: Seat, decision: Decision) -> str:
    return "gave no answer" if decision.move is None else f"played {move_word(game, seat, decision.move)}"
