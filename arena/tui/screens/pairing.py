"""A screen at which matches are played, one after another: the keys of a person in a seat, and of the dial."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import closing
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType

from arena.agents.agent import View
from arena.agents.person import Person
from arena.errors import ArenaError
from arena.experiments.tournament.cells import TooLong
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.sitting import Sitting
from arena.records import Seat
from arena.session.choice import Choice
from arena.session.dial import Dialling, dialling
from arena.session.pairing import Prepared, prepare
from arena.store.store import Store
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.fit import FitScreen
from arena.tui.widgets.dial_line import DialLine
from arena.tui.widgets.moves import MoveBar, move_keys

_PATIENCE = 0.5  # seconds that leaving a screen waits for its last round to be stored

DIAL_KEYS: Final[tuple[BindingType, ...]] = (
    Binding("left_square_bracket", "dial(-1)", "Dial down", key_display="["),
    Binding("right_square_bracket", "dial(1)", "Dial up", key_display="]"),
)


class PairingScreen(ArenaScreen):
    """Plays from when it opens until it is left. An error ends it. `moves` are those that a person can play here."""

    marks_choice: ClassVar[bool] = True  # whether the move that was chosen is marked at once

    def __init__(self, choice: Choice, moves: Sequence[str]) -> None:
        super().__init__()
        self.choice = choice
        self._moves = moves
        self._keys = move_keys(moves)
        self._person: Person | None = None
        self._dialling: Dialling | None = None

    def on_mount(self) -> None:  # Textual calls this in addition to a subclass's own
        self._playing = asyncio.create_task(self._play(), name="matches")

    async def on_unmount(self) -> None:
        self._playing.cancel()
        await asyncio.wait([self._playing], timeout=_PATIENCE)

    async def _play(self) -> None:
        try:
            prepared = await self._prepare()
            if prepared is None:
                self.dismiss()
                return
            with (
                Store.open(self.arena.store, create=True) as store,
                closing(Sitting(prepared.cell, prepared.pairing, self.choice.rounds, prepared.run, store)) as sitting,
            ):
                self.arena.settle_memory()
                self._seat_all(prepared.pairing)
                await self.sit(prepared, sitting)
        except ArenaError as error:
            self.arena.refuse(error)
            self.dismiss()

    async def _prepare(self) -> Prepared | None:
        """The pairing. If the match doesn't fit a model, the person is asked to change it; None if they decline."""
        while True:
            try:
                return await prepare(self.choice, self.arena.models)
            except TooLong as error:
                if error.history < 1:
                    raise
                answer: asyncio.Future[Choice | None] = asyncio.get_running_loop().create_future()
                self.app.push_screen(FitScreen(self.choice, error), answer.set_result)
                fitting = await answer
                if fitting is None:
                    return None
                self.choice = fitting

    def _seat_all(self, pairing: Pairing) -> None:
        """Be told when it is the person's turn, and when the dial's share of a round is settled."""
        for agent in map(pairing.agent, Seat):
            if isinstance(agent, Person):
                self._person = agent
                agent.on_turn = self.your_turn
        self._dialling = dialling(self.choice, pairing)
        if self._dialling is not None:
            self._dialling.dial.on_round = self._show_dial
            self._show_dial()

    async def sit(self, prepared: Prepared, sitting: Sitting) -> None:
        """Play matches and show them. Raises ArenaError; cancelled when the screen is left."""
        raise NotImplementedError

    # --- a person's keys ---

    def your_turn(self, view: View) -> None:
        """It is the turn of the person who sits here."""
        self.query_one(MoveBar).alive = True

    def on_key(self, event: events.Key) -> None:
        if event.key in self._keys and self._choose(self._keys[event.key]):
            event.stop()

    @on(MoveBar.Chosen)
    def _chosen(self, event: MoveBar.Chosen) -> None:
        self._choose(event.move)

    def _choose(self, move: int) -> bool:
        if self._person is None or not self._person.choose(move):
            return False
        bar = self.query_one(MoveBar)
        bar.alive = False
        if self.marks_choice:
            bar.marked = move
        return True

    def own_keys(self) -> list[tuple[str, str]]:
        """The keys that play moves."""
        return [(key, f"play {self._moves[move]}") for key, move in self._keys.items()]

    # --- the dial ---

    def _show_dial(self) -> None:
        if self._dialling is not None and self.is_mounted:
            self.query_one(DialLine).show(self._dialling)
            self.refresh_bindings()

    def action_dial(self, steps: int) -> None:
        """Give the second model a larger or a smaller share, from the next round on."""
        if self._dialling is not None:
            self._dialling.dial.turn(steps)
            self._show_dial()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The dial turns where there is one, as far as it goes."""
        if action != "dial":
            return True
        (steps,) = parameters
        return self._dialling is not None and isinstance(steps, int) and self._dialling.dial.can_turn(steps)
