"""A round of a match that is looked at again, in words."""

from __future__ import annotations

from arena.games import Game
from arena.records import Decision, Round, Seat
from arena.session.choice import is_person
from arena.session.seats import display_name, name_at_table
from arena.store.rows import CellSpec
from arena.text import number_text
from arena.tui.widgets.rounds import move_names


def decision(played: Round, seat: Seat) -> Decision:
    """What a seat decided in a round."""
    return played.subject if seat is Seat.SUBJECT else played.opponent


def to_see(seen: Decision) -> int:
    """How much there is to see of a decision: a prompt and a policy, a policy, or the move alone."""
    return 2 if seen.prompt is not None else 1 if seen.policy is not None else 0


def player(spec: CellSpec, seat: Seat) -> str:
    """Who sits there; where one of the two is a person, as that person would call them."""
    who, other = spec.subject, spec.opponent
    if seat is Seat.OPPONENT:
        who, other = other, who
    if _person(spec) is None:
        return f"the {seat}: {display_name(who)}"
    return f"{name_at_table(who)}, against {name_at_table(other)}"


def happened(spec: CellSpec, game: Game, played: Round, share: float | None) -> str:
    """What both played, who won, what the greedy reader thought, and where the dial stood."""
    text = _moves(spec, game, played)
    policy = played.subject.policy
    if spec.opponent == "greedy" and policy is not None:
        best = game.best_reply(policy)
        payoffs = zip(policy.probabilities, game.payoff[:, best], strict=True)
        chance = sum(probability for probability, payoff in payoffs if payoff == -1)
        text += f" {game.replies[best]} was best: it wins with {chance:.2f}."
    if share is not None:
        text += f" The dial stood at {number_text(share)} of {display_name(spec.dialled_to)}."
    return text


def _moves(spec: CellSpec, game: Game, played: Round) -> str:
    move, reply = (name.upper() for name in move_names(game, played))
    outcome, person = int(played.outcome), _person(spec)
    if person is None:
        said = {1: "the subject won", 0: "a tie", -1: "the subject lost"}[outcome]
        return f"subject {move}, opponent {reply}: {said}."
    if person is Seat.OPPONENT:
        move, reply, outcome = reply, move, -outcome
    said = {1: "you won", 0: "a tie", -1: "you lost"}[outcome]
    return f"You played {move}, it played {reply}: {said}."


def _person(spec: CellSpec) -> Seat | None:
    """Where a person sits, if one of the two is a person."""
    seats = [seat for seat, who in zip(Seat, (spec.subject, spec.opponent), strict=True) if is_person(who)]
    return seats[0] if len(seats) == 1 else None


def policy(game: Game, seat: Seat, seen: Decision) -> str:
    """How likely each move was; "" where nobody knows."""
    if seen.policy is None:
        return ""
    moves = zip(game.moves_of(seat), seen.policy.probabilities, strict=True)
    return f"policy: {', '.join(f'{move} {share:.3f}' for move, share in moves)}\n"


def masses(seen: Decision) -> str:
    """What a language model gave to moves altogether; other players have nothing else to give it to."""
    if seen.policy is None or seen.prompt is None:
        return ""
    return f"mass {seen.policy.mass:.3f}, loose mass {seen.policy.loose_mass:.3f}\n"
