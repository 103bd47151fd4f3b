"""An agent in a seat of a cell, and how it is asked if it is a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from arena.agents.agent import Agent, AgentSpec
from arena.agents.asking import Asking
from arena.agents.dial import Dial
from arena.agents.language_model import LanguageModelAgent
from arena.agents.mixture import Mixture
from arena.agents.readers.mirror import Mirror
from arena.agents.spec import make_bot
from arena.agents.stating import StatingAgent
from arena.backends.loading import Models
from arena.experiments.tournament.arrangements import Arrangement
from arena.games import Game
from arena.prompts.additions import random_strings
from arena.records import Seat
from arena.store.rows import DIALLED, Asked
from arena.text import number_text

_ModelAgent: TypeAlias = LanguageModelAgent | StatingAgent | Mixture | Dial | Mirror


@dataclass(frozen=True, slots=True)
class Seated:
    """An agent's spec in one seat, and how it is asked if it is a model.

    Its prompts have one of `strings` random strings (0: none), or it is asked to state a distribution (`stated`).
    `arrangement` says what the moves and players are called (None: as in the game). In a `share` of the rounds, which
    is drawn, the model `other` answers in its place; if that is `dialled`, the share is only the first one, and
    somebody may turn it while a match is played.
    """

    spec: AgentSpec
    seat: Seat
    asking: Asking | None = None
    strings: int = 0
    stated: bool = False
    arrangement: Arrangement | None = None
    other: Seated | None = None
    share: float = 0.0
    dialled: bool = False

    def arranged(self, arrangement: Arrangement) -> Seated:
        """The same agent with these names; a bot has no use for them."""
        if self.asking is None:
            return self
        asking = replace(self.asking, renaming=arrangement.renaming)
        other = self.other and self.other.arranged(arrangement)
        return replace(self, arrangement=arrangement, asking=asking, other=other)

    def reads(self, arrangement: Arrangement, game: Game) -> tuple[str, str] | None:
        """What a model would be asked in the first round with these names, and the answer's opening; None for a
        bot."""
        if self.asking is None:
            return None
        renaming, own = arrangement.renaming, self.seat if self.spec.is_model else self.seat.other  # a mirror predicts
        moves, others = (renaming.listed(game.moves_of(seat)) for seat in (own, own.other))
        prompt, infix = self.asking.wording.render(moves, others, (), 1)
        return renaming.text(prompt), renaming.text(infix)

    @property
    def asked(self) -> Asked | None:
        """How a model is asked, as results show it; None for a bot."""
        if self.asking is None:
            return None
        wording, named = self.asking.wording, self.arrangement
        return Asked(
            style=wording.style,
            wording=wording.name,
            format=self.asking.format,
            infix=wording.opening,
            strings=self.strings,
            stated=self.stated,
            mixed=self._mixed,
            words=named.names if named else "",
            roles=", ".join(named.roles) if named else "",
            listing=", ".join(named.listing) if named else "",
            players=", ".join(named.players) if named else "",
        )

    @property
    def _mixed(self) -> str:
        """The model that it is mixed with, and its share; "" if it is alone."""
        if self.other is None:
            return ""
        share = DIALLED if self.dialled else number_text(self.share)
        return f"{share} of {self.other.spec.text}"

    @property
    def wording(self) -> str:
        """The same as one word, for a cell's key."""
        asked = self.asked
        if asked is None:
            return "-"
        strings = f"/strings{asked.strings}" if asked.strings else ""
        names = f"/{self.arrangement.word}" if self.arrangement else ""
        mixed = f"/{asked.mixed}/{self.other.wording}" if self.other else ""
        return f"{asked.style}/{asked.format}/{asked.wording}{strings}{names}{mixed}"

    @property
    def models(self) -> Iterator[str]:
        """The names of the models that it needs."""
        return (one.spec.argument for one in self.asked_models)

    @property
    def asked_models(self) -> Iterator[Seated]:
        """Itself if it is a model, and the model that it is mixed with."""
        if self.asking is not None:
            yield self
        if self.other is not None:
            yield from self.other.asked_models

    async def agent(self, game: Game, models: Models) -> Agent:
        """The agent itself; loads a model."""
        return make_bot(self.spec, game, self.seat) if self.asking is None else await self.model_agent(game, models)

    async def model_agent(self, game: Game, models: Models) -> _ModelAgent:
        """The same for a model."""
        if self.other is None:
            return await self.alone(game, models)
        members = [await one.alone(game, models) for one in self.asked_models]
        plain = [one for one in members if isinstance(one, LanguageModelAgent | Mixture)]  # no others are planned
        if self.dialled:
            first, second = plain
            return Dial(self.spec.text, first, second, self.share)
        return Mixture(self.spec.text, plain, [1 - self.share, self.share])

    async def alone(self, game: Game, models: Models) -> LanguageModelAgent | StatingAgent | Mixture | Mirror:
        """The same without the model that it is mixed with."""
        assert self.asking is not None
        model, name, asking = await models.get(self.spec.argument), self.spec.text, self.asking
        if not self.spec.is_model:
            return await Mirror.make(name, model, game, self.seat, asking)
        if self.stated:
            return await StatingAgent.make(name, model, game, self.seat, asking)
        if not self.strings:
            return await LanguageModelAgent.make(name, model, game, self.seat, asking)
        wordings = [replace(asking.wording, given=(("string", string),)) for string in random_strings(self.strings)]
        ways = [replace(asking, wording=wording) for wording in wordings]
        members = [await LanguageModelAgent.make(name, model, game, self.seat, way) for way in ways]
        return Mixture(name, members, [1 / len(members)] * len(members))
