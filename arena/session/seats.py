"""Who can be put in a seat: a person, the catalog's models with their state, the bots."""

from __future__ import annotations

from dataclasses import dataclass

from arena.agents.readers.levels import EXPLAINING, LEVELS, level_of
from arena.agents.spec import parse_agent
from arena.backends.weights.catalog import ModelEntry, catalog, find_model
from arena.backends.weights.finding import state
from arena.errors import ArenaError
from arena.games import Game
from arena.records import Seat
from arena.session.choice import HUMAN, MIND_READER
from arena.text import printable

READY = "ready"
_PLAYABLE = (READY, "downloads", "on a server")  # how the states of models begin that can be asked to play


@dataclass(frozen=True, slots=True)
class SeatOption:
    """An agent that can be chosen: its spec, its name for people, and its state ("ready", or what to do)."""

    spec: str
    name: str
    state: str = READY

    @property
    def is_ready(self) -> bool:
        """Whether it can play, as far as is known. A model to be downloaded can, and so can one on a server."""
        return is_playable(self.state)


def seat_options(game: Game, seat: Seat, *typed: str, reads: str = "it reads you") -> list[SeatOption]:
    """All agents for a seat of a game, followed by those `typed` specs that aren't among them. `reads` says whom a
    reader of moves would read."""
    options = [] if seat is Seat.SUBJECT else _readers(reads)
    options += [SeatOption(HUMAN, "you"), SeatOption(MIND_READER, "you, reading its mind")]
    options += [SeatOption(f"llm:{name}", name, state(entry)) for name, entry in catalog().items()]
    options += [SeatOption("greedy", "the greedy reader"), SeatOption("uniform", "uniform play")]
    options += [SeatOption(f"fixed:{move}", f"always {move}") for move in game.moves_of(seat)]
    known = {option.spec for option in options}
    return options + [SeatOption(spec, spec) for spec in dict.fromkeys(typed) if spec not in known]


def _readers(reads: str) -> list[SeatOption]:
    """Those who read the subject's moves, from fair to merciless."""
    return [SeatOption(level.spec, f"{reads}: {level.name} ({level.spec})") for level in LEVELS]


def reads_moves(spec: str) -> bool:
    """Whether an agent foresees the other's moves by the rounds so far, and says why."""
    return parse_agent(spec).kind in EXPLAINING


def name_at_table(spec: str) -> str:
    """An agent's name for the person who plays against it, safe to show."""
    level = level_of(spec)
    return display_name(spec) if level is None else f"the {level.name} reader"


def display_name(spec: str) -> str:
    """An agent's name for people, safe to show."""
    if spec in (HUMAN, MIND_READER):
        return "you"
    return {"greedy": "the greedy reader", "uniform": "uniform play"}.get(spec, printable(spec.removeprefix("llm:")))


def model_lines() -> list[tuple[str, ModelEntry, str]]:
    """The catalog's models: name, entry, state."""
    return [(name, entry, state(entry)) for name, entry in catalog().items()]


def state_of(spec: str) -> str:
    """An agent's state, if it is a model: a word, or what to do; "" for any other agent."""
    if not spec.startswith("llm:"):
        return ""
    try:
        return state(find_model(spec.removeprefix("llm:")))
    except ArenaError as error:
        return str(error)


def is_playable(state: str) -> bool:
    """Whether a model in such a state can be asked to play, as far as is known before it is loaded."""
    return state.startswith(_PLAYABLE)
