"""Who can be put in a seat: a person, the catalog's models with their state, the bots."""

from __future__ import annotations

from dataclasses import dataclass

from arena.backends.weights.catalog import ModelEntry, catalog
from arena.backends.weights.finding import state
from arena.games import Game
from arena.records import Seat
from arena.session.choice import HUMAN, MIND_READER
from arena.text import printable

READY = "ready"


@dataclass(frozen=True, slots=True)
class SeatOption:
    """An agent that can be chosen: its spec, its name for people, and its state ("ready", or what to do)."""

    spec: str
    name: str
    state: str = READY

    @property
    def is_ready(self) -> bool:
        """Whether it can play, as far as is known: a model that still has to be downloaded counts as ready."""
        return self.state == READY or self.state.startswith("downloads")


def seat_options(game: Game, seat: Seat, *typed: str) -> list[SeatOption]:
    """All agents for a seat of a game, followed by those `typed` specs that aren't among them."""
    options = [SeatOption(HUMAN, "you"), SeatOption(MIND_READER, "you, reading its mind")]
    options += [SeatOption(f"llm:{name}", name, state(entry)) for name, entry in catalog().items()]
    options += [SeatOption("greedy", "the greedy reader"), SeatOption("uniform", "uniform play")]
    options += [SeatOption(f"fixed:{move}", f"always {move}") for move in game.moves_of(seat)]
    known = {option.spec for option in options}
    return options + [SeatOption(spec, spec) for spec in dict.fromkeys(typed) if spec not in known]


def display_name(spec: str) -> str:
    """An agent's name for people, safe to show."""
    if spec in (HUMAN, MIND_READER):
        return "you"
    return {"greedy": "the greedy reader", "uniform": "uniform play"}.get(spec, printable(spec.removeprefix("llm:")))


def model_lines() -> list[tuple[str, ModelEntry, str]]:
    """The catalog's models: name, entry, state."""
    return [(name, entry, state(entry)) for name, entry in catalog().items()]
