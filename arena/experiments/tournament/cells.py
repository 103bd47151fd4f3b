"""From a command's grid to cells: games, agents in their seats, how models are asked, and what names the draws."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

from arena.agents.agent import Agent, AgentSpec
from arena.agents.language_model import Asking, LanguageModelAgent
from arena.agents.readers.mirror import Mirror
from arena.agents.spec import AGENTS, make_bot, parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.loading import Models
from arena.errors import InputError
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import Game, ignored_games, parse_game
from arena.prompts.wording import find_mirror_wording, find_wording, read_wording
from arena.randomness import stream
from arena.records import Seat
from arena.store.rows import Asked, CellSpec


class TooLong(InputError):
    """A match needs more tokens than fit in a model's context; `most` rounds would fit (0: not even one)."""

    def __init__(self, match: str, model: str, needed: int, context: int, most: int) -> None:
        self.model, self.needed, self.context, self.most = model, needed, context, most
        fits = f"at most {most} rounds fit" if most else "not even one round fits"
        super().__init__(
            f"a match of {match} takes up to {needed} tokens, "
            f"but {model} has room for {context}: {fits}; or show it only the last rounds with --history"
        )

    @property
    def history(self) -> int:
        """How many past rounds can safely be shown in a match of any length: higher numbers take more tokens."""
        return self.most // 2


@dataclass(frozen=True, slots=True)
class Seated:
    """An agent's spec in one seat, and how it is asked if it is a model."""

    spec: AgentSpec
    seat: Seat
    asking: Asking | None = None

    @property
    def asked(self) -> Asked | None:
        """How a model is asked, as results show it; None for a bot."""
        if self.asking is None:
            return None
        wording = self.asking.wording
        return Asked(style=wording.style, wording=wording.name, format=self.asking.format, infix=wording.infix)

    @property
    def wording(self) -> str:
        """The same as one word, for a cell's key."""
        asked = self.asked
        return "-" if asked is None else f"{asked.style}/{asked.format}/{asked.wording}"

    async def agent(self, game: Game, models: Models) -> Agent:
        """The agent itself; loads a model."""
        if self.asking is None:
            return make_bot(self.spec, game, self.seat)
        model = await models.get(self.spec.argument)
        asked = LanguageModelAgent if self.spec.is_model else Mirror
        return await asked.make(self.spec.text, model, game, self.seat, self.asking)


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid square: a game with its two seats."""

    game: Game
    subject: Seated
    opponent: Seated
    spec: CellSpec

    @property
    def title(self) -> str:
        """Who is measured in which game, in one line."""
        return f"{self.subject.spec.text} · {self.game.title}"

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that it needs."""
        return tuple(seated.spec.argument for seated in (self.subject, self.opponent) if seated.asking)

    async def pairing(self, seed: int, models: Models) -> Pairing:
        """Who plays its matches; loads models."""
        subject = await self.subject.agent(self.game, models)
        opponent = await self.opponent.agent(self.game, models)
        return Pairing(self.game, subject, opponent, self.spec.key, seed)


async def plan_cells(spec: TournamentSpec, models: Models) -> list[Cell]:
    """The cells of a grid, subject by subject. Nothing is played, and a model is loaded only if its style has to be
    read from its file.

    Raises UsageError for agents and games that don't exist or don't fit, InputError for models and settings.
    """
    check_format(spec.format)
    agents = {text: parse_agent(text) for text in (*spec.subjects, *spec.opponents)}
    for kind in dict.fromkeys(agent.kind for agent in agents.values()):
        for line in AGENTS.ignored(kind):
            models.tell_once(line)
    cells = []
    for subject, game, opponent in product(spec.subjects, spec.games, spec.opponents):
        rules = parse_game(game)
        for line in ignored_games(rules.name):
            models.tell_once(line)
        first = await _seat(agents[subject], Seat.SUBJECT, rules, spec, models)
        second = await _seat(agents[opponent], Seat.OPPONENT, rules, spec, models)
        cells.append(_cell(rules, first, second, spec))
    return cells


def _cell(game: Game, subject: Seated, opponent: Seated, spec: TournamentSpec) -> Cell:
    if subject.asking is None and opponent.asking is None:
        bots = (make_bot(seated.spec, game, seated.seat) for seated in (subject, opponent))
        Pairing(game, next(bots), next(bots), cell="", seed=0)  # two readers are refused before anything is played
    wording = subject.wording if opponent.asking is None else f"{subject.wording}+{opponent.wording}"
    key = stream(subject.spec.text, opponent.spec.text, game.name, wording, str(spec.sampling))
    stored = CellSpec(key, subject.spec.text, opponent.spec.text, game.name, subject.asked, opponent.asked)
    return Cell(game, subject, opponent, stored)


async def _seat(agent: AgentSpec, seat: Seat, game: Game, spec: TournamentSpec, models: Models) -> Seated:
    if not agent.asks_model:
        return Seated(agent, seat)
    style, format = await style_and_format(agent.argument, spec.style, spec.format, models)
    if not agent.is_model:
        wording = find_mirror_wording(game.name, style, seat.other, spec.history)
    elif spec.wording is not None:
        wording = read_wording(Path(spec.wording), style, spec.history)
    else:
        wording = find_wording(game.name, style, seat, spec.history)
    fallback = spec.invalid == "policy"
    asking = Asking(
        wording,
        format,
        spec.sampling,
        attempts=1 if fallback else spec.attempts,
        fallback=fallback,
        max_tokens=spec.max_tokens,
    )
    return Seated(agent, seat, asking)


async def check_length(cell: Cell, rounds: int, models: Models) -> None:
    """Refuse a match that can't fit a model's context: TooLong, naming the most rounds that fit."""
    for seated in (cell.subject, cell.opponent):
        agent = await seated.agent(cell.game, models)
        if not isinstance(agent, LanguageModelAgent | Mirror):
            continue
        model = await models.get(seated.spec.argument)
        needed = await agent.longest(rounds)
        if needed <= model.context:
            continue
        low, high = 0, rounds  # low fits (or is none), high doesn't
        while high - low > 1:
            middle = (low + high) // 2
            if await agent.longest(middle) <= model.context:
                low = middle
            else:
                high = middle
        raise TooLong(f"{rounds} rounds of {cell.game.title}", model.name, needed, model.context, low)
