"""The end of a match in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from arena.records import Outcome
from arena.session.ending.ending import Ending, Side
from arena.stats.habits import After, Habit

_VERBS: Final = {Outcome.WIN: "won", Outcome.TIE: "tied", Outcome.LOSS: "lost"}
_AFTER: Final = {Outcome.WIN: "a win", Outcome.TIE: "a tie", Outcome.LOSS: "a loss"}
_LIKELY: Final = 0.05  # a habit that luck shows less often than this gave the person away
_USUAL: Final = 0.5  # one that luck shows more often than this isn't worth a word


def headline(ending: Ending) -> str:
    """The result: "You lost 7 to 11, with 2 ties"."""
    won, _, lost = ending.score
    return f"{verdict(ending)}{',' if won == lost else ''} {score(ending)}"


def verdict(ending: Ending) -> str:
    """Who won."""
    won, _, lost = ending.score
    return "A draw" if won == lost else "You won" if won > lost else "You lost"


def score(ending: Ending) -> str:
    """The rounds won, lost and tied."""
    won, tied, lost = ending.score
    ties = f", with {tied} {'tie' if tied == 1 else 'ties'}" if tied else ""
    return f"{won} to {lost}{ties}"


def table(ending: Ending) -> str:
    """Who played what against whom."""
    rounds = len(ending.outcomes)
    return f"{ending.game.title} · {rounds} {'round' if rounds == 1 else 'rounds'} · you against {ending.other.name}"


def sentences(ending: Ending) -> list[str]:
    """What there is to say of the match, the most telling first."""
    found = [
        foresight(ending),
        among(ending),
        gave_away(ending),
        perfect(ending),
        determinism(ending.other),
        standing(ending),
    ]
    return [sentence for sentence in found if sentence]


def foresight(ending: Ending) -> str:
    """How foreseeable each side was, beside chance."""
    right, of = ending.caught
    if of:
        return f"It read you in {right} of the {of} rounds that it had a guess for, {right / of:.0%}. {_chance(ending)}"
    if ending.me.foreseen is None:
        return ""
    other = f", it in {ending.other.foreseen:.0%}" if ending.other.foreseen is not None else ""
    return f"You were foreseeable in {ending.me.foreseen:.0%} of the rounds{other}. {_chance(ending)}"


def among(ending: Ending) -> str:
    """Where the person stands among recorded people."""
    return f"You were {ending.people}." if ending.people else ""


def _chance(ending: Ending) -> str:
    return f"Chance would be {ending.me.chance:.0%}."


def gave_away(ending: Ending) -> str:
    """The habit that gave the person away."""
    habit = ending.habit
    if habit is None or habit.luck > _USUAL:
        alone = "No single habit of yours stood out; put together, smaller ones gave you away."
        return alone if ending.well_read else "No habit of yours stood out."
    said = f"{described(habit, ending)}, {habit.times} of {habit.of} times"
    if habit.luck < _LIKELY:
        return f"What gave you away: {said}."
    return f"Your clearest habit, though luck alone can look like this: {said}."


def described(habit: Habit, ending: Ending) -> str:
    """A habit without its counts: "after paper, paper you played rock"."""
    moves, others = ending.game.moves_of(ending.seat), ending.game.moves_of(ending.seat.other)
    match habit.after:
        case After.ANYTHING:
            after = ""
        case After.OWN:
            after = f"after {', '.join(moves[move] for move in habit.past)} "
        case After.OTHER:
            after = f"after its {others[habit.past[0]]} "
        case After.OUTCOME:
            after = f"after {_AFTER[Outcome(habit.past[0])]} "
        case After.STEP:
            return _step(moves, habit.move or 0)
    did = "stayed with the same move" if habit.move is None else f"played {moves[habit.move]}"
    return f"{after}you {did}"


def _step(moves: Sequence[str], step: int) -> str:
    if step == 0:
        return "you stayed with the same move"
    if len(moves) == 2:
        return "you changed your move"
    if len(moves) == 3:
        each = [f"from {move} to {moves[(at + step) % 3]}" for at, move in enumerate(moves)]
        return f"you went {', '.join(each[:-1])} and {each[-1]}"
    how = {1: "to the next one", len(moves) - 1: "back to the one before"}.get(step, f"{step} places on")
    return f"you went through the list of moves, each time {how}"


def perfect(ending: Ending) -> str:
    """What perfect play would have scored, and the best single move."""
    text = (
        f"Perfect play can't be read: it scores {points(ending.perfect)} on average. You scored {points(ending.net)}."
    )
    if ending.single is not None and ending.single[1] > max(ending.net, ending.perfect):
        move, net = ending.single
        text += f" Only playing {ending.game.moves_of(ending.seat)[move]} would have scored {points(net)}."
    return text


def determinism(side: Side) -> str:
    """How sure the other side's moves were."""
    if side.determinism is None:
        return ""
    said = f"Its determinism, how likely its likeliest move was, was {side.determinism:.2f} on average"
    return f"{said}; {side.chance:.2f} would be unreadable."


def standing(ending: Ending) -> str:
    """Where the match stands among the person's own."""
    found = ending.standing
    if found is None:
        return ""
    if found.of == 1:
        return "Your first match against it: the next ones will be measured by this."
    if found.place == 1:
        as_good = "As good as your best" if found.is_equalled else "Your best"
        place = f"{as_good} of {found.of} matches against it."
    else:
        day = f", {found.on.day} {found.on:%B %Y}" if found.on is not None else ""
        place = (
            f"Number {found.place} of your {found.of} matches against it, by net (the best: {points(found.best)}{day})."
        )
    return place if found.streak == 1 else f"{place} You {_VERBS[found.ended]} {found.streak} in a row."


def points(net: float) -> str:
    """A net, with its sign."""
    return f"{net:+z.0f}" if round(net) else "0"


def text(ending: Ending) -> str:
    """All of it, for the clipboard."""
    strip = "".join({Outcome.WIN: "W", Outcome.TIE: "T", Outcome.LOSS: "L"}[outcome] for outcome in ending.outcomes)
    return "\n".join([f"{headline(ending)}: {table(ending)}", strip, *sentences(ending)]) + "\n"
