"""From a command's grid to cells: games, agents in their seats, how models are asked, and what names the draws."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from msgspec import structs

from arena.agents.agent import AgentSpec, Sees
from arena.agents.asking import Asking
from arena.agents.spec import AGENTS, make_bot, parse_agent
from arena.agents.style import check_format, style_and_format
from arena.backends.loading import Models
from arena.backends.requests import check_named
from arena.errors import InputError, UsageError
from arena.experiments.tournament.arrangements import arrangements
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.naming import OWN, Names, find_names
from arena.experiments.tournament.seated import Seated
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import Game, ignored_games, parse_game
from arena.prompts.additions import find_addition, random_strings
from arena.prompts.wording import find_mirror_wording, find_wording, read_wording
from arena.randomness import stream
from arena.records import Seat
from arena.store.rows import CellSpec


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
class Cell:
    """A grid square: a game with its two seats. `draws` is what names its draws, the cell's key by default."""

    game: Game
    subject: Seated
    opponent: Seated
    spec: CellSpec
    draws: str = ""

    @property
    def title(self) -> str:
        """Who is measured in which game, and under which names, in one line."""
        named = self.subject.arrangement or self.opponent.arrangement
        return " · ".join((self.subject.spec.text, self.game.title, *([named.title] if named else [])))

    @property
    def models(self) -> tuple[str, ...]:
        """The names of the models that it needs."""
        return (*self.subject.models, *self.opponent.models)

    async def pairing(self, seed: int, models: Models) -> Pairing:
        """Who plays its matches; loads models."""
        subject = await self.subject.agent(self.game, models)
        opponent = await self.opponent.agent(self.game, models)
        return Pairing(self.game, subject, opponent, self.draws or self.spec.key, seed)


async def plan_cells(spec: TournamentSpec, models: Models) -> list[Cell]:
    """The cells of a grid, subject by subject. Nothing is played, and a model is loaded only if its style has to be
    read from its file.

    Raises UsageError for agents and games that don't exist or don't fit, InputError for models and settings.
    """
    check_format(spec.format)
    if spec.stated and (spec.strings or spec.mix):
        other = "--strings" if spec.strings else "--mix"
        raise UsageError(f"--stated asks for a distribution and {other} for a move: give one of the two")
    if spec.mix is not None:
        parse_mix(spec.mix)  # also where nobody is a model
    agents = {text: parse_agent(text) for text in (*spec.subjects, *spec.opponents)}
    for kind in dict.fromkeys(agent.kind for agent in agents.values()):
        for line in AGENTS.ignored(kind):
            models.tell_once(line)
    names = [find_names(name) for name in spec.rename or (OWN,)]
    cells = []
    for subject, game, opponent in product(spec.subjects, spec.games, spec.opponents):
        rules = parse_game(game)
        for line in ignored_games(rules.name):
            models.tell_once(line)
        first = await take_seat(agents[subject], Seat.SUBJECT, rules, spec, models)
        second = await take_seat(agents[opponent], Seat.OPPONENT, rules, spec, models)
        seats = _arranged(first, second, rules, spec, names) if _is_grid(spec) else [(first, second)]
        cells += [make_cell(rules, one, two, spec) for one, two in seats]
    return cells


def _is_grid(spec: TournamentSpec) -> bool:
    """Whether moves and players have other names, or another order."""
    return bool(spec.rename or spec.permute)


def _arranged(
    first: Seated, second: Seated, game: Game, spec: TournamentSpec, names: Sequence[Names]
) -> list[tuple[Seated, Seated]]:
    """Both seats in every arrangement of names. Raises UsageError for one that nobody would read."""
    if first.asking is None and second.asking is None:
        return [(first, second)]
    plain = arrangements(names[:1], (), game)[0]
    for what in spec.permute:
        other = arrangements(names[:1], (what,), game)[-1]
        if all(seated.reads(plain, game) == seated.reads(other, game) for seated in (first, second)):
            raise UsageError(
                f"--permute {what} changes nothing in what {first.spec.text} and {second.spec.text} are first asked in "
                f"{game.title}: leave it out, or give a --wording that it changes"
            )
    return [(first.arranged(one), second.arranged(one)) for one in arrangements(names, spec.permute, game)]


def make_cell(game: Game, subject: Seated, opponent: Seated, spec: TournamentSpec) -> Cell:
    """The cell of two seats. Raises UsageError for two that can't play each other."""
    if subject.asking is None and opponent.asking is None:
        bots = (make_bot(seated.spec, game, seated.seat) for seated in (subject, opponent))
        Pairing(game, next(bots), next(bots), cell="", seed=0)  # two readers are refused before anything is played
    for stating, other in ((subject, opponent), (opponent, subject)):
        if stating.stated and other.asking is None and make_bot(other.spec, game, other.seat).sees is Sees.POLICIES:
            raise UsageError(
                f"{other.spec.text} asks for the other's policy after other histories, and a model that states a "
                "distribution has one only in the round that it is asked in: play against greedy or another bot"
            )
    wording = subject.wording if opponent.asking is None else f"{subject.wording}+{opponent.wording}"
    key = stream(subject.spec.text, opponent.spec.text, game.name, wording, str(spec.sampling))
    stored = CellSpec(key, subject.spec.text, opponent.spec.text, game.name, subject.asked, opponent.asked)
    draws = stream(subject.spec.text, opponent.spec.text, game.name) if spec.draws == "common" else ""
    return Cell(game, subject, opponent, stored, draws)


async def take_seat(agent: AgentSpec, seat: Seat, game: Game, spec: TournamentSpec, models: Models) -> Seated:
    """An agent in a seat, with the wording it is asked in. Raises UsageError or InputError for what doesn't exist."""
    if not agent.asks_model:
        return Seated(agent, seat)
    style, format = await style_and_format(agent.argument, spec.style, spec.format, models)
    if not agent.is_model:
        wording = find_mirror_wording(game.name, style, seat.other, spec.history)
    elif spec.wording is not None:
        wording = read_wording(Path(spec.wording), style, spec.history)
    else:
        wording = find_wording(game.name, style, seat, spec.history, neutral=_is_grid(spec))
    if spec.strings and agent.is_model:
        wording = wording.adding(find_addition("random-string", style), string=random_strings(1)[0])
    elif spec.stated and agent.is_model:
        wording = wording.adding(find_addition("stated", style))
    fallback = spec.invalid == "policy"
    asking = Asking(
        wording,
        format,
        spec.sampling,
        attempts=1 if fallback else spec.attempts,
        fallback=fallback,
        max_tokens=spec.max_tokens,
    )
    if not agent.is_model:  # a mirror, whose model is asked for a prediction and no move
        return Seated(agent, seat, asking)
    alone = Seated(agent, seat, asking, spec.strings, spec.stated)
    if spec.mix is None:
        return alone
    other, share = parse_mix(spec.mix)
    mixed = await take_seat(other, seat, game, structs.replace(spec, mix=None), models)
    return replace(alone, other=mixed, share=share)


def parse_mix(text: str) -> tuple[AgentSpec, float]:
    """The model to be mixed with and its share, from MODEL=SHARE. Raises UsageError for anything else."""
    name, _, number = text.rpartition("=")
    try:
        share = float(number)
    except ValueError:
        share = math.nan
    if not name or not 0.0 <= share <= 1.0:  # also for nan
        raise UsageError(f"--mix {text!r}: write MODEL=SHARE with a share from 0 to 1, as in gemma-3-270m=0.25")
    return parse_agent(f"llm:{name.removeprefix('llm:')}"), share


async def check_length(cell: Cell, rounds: int, models: Models) -> None:
    """Refuse a match that can't fit a model's context: TooLong, naming the most rounds that fit; and a model whose
    policy can't be known exactly: CapabilityError."""
    for seated in (*cell.subject.asked_models, *cell.opponent.asked_models):
        agent = await seated.alone(cell.game, models)
        model = await models.get(seated.spec.argument)
        check_named(model)
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
