"""A show for an audience: match after match, with a countdown to each round, and a card before and after each match.

Two models face each other, or a model faces a reader of its mind, a bot, or a volunteer from the audience.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import ClassVar

import msgspec
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from arena.agents.agent import Sees, View
from arena.concurrency import aside
from arena.experiments.tournament.match import Pairing
from arena.experiments.tournament.sitting import Sitting
from arena.games import parse_game
from arena.records import Round, Seat
from arena.session.choice import HUMAN, MIND_READER, Choice, is_person
from arena.session.pairing import Prepared
from arena.session.show.board import Board, perfect_net
from arena.session.show.clock import COUNT, Clock
from arena.session.show.words import (
    Card,
    closing,
    heading,
    how_sure,
    lead,
    moves,
    net,
    opening,
    score,
    stage_name,
    verdict,
    winner,
)
from arena.tui.screens.pairing import DIAL_KEYS, PairingScreen
from arena.tui.widgets.curves import Curves
from arena.tui.widgets.dial_line import DialLine
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.moves import MoveBar
from arena.tui.widgets.show_card import ShowCard
from arena.tui.widgets.sides import Sides

_NARROW = 80  # columns; with fewer, the longest move doesn't fit beside another in block letters
_LOW, _HIGH, _HUGE = 22, 36, 50  # rows


class SpectateScreen(PairingScreen):
    """Matches of the subject against the opponent, until the screen is left."""

    marks_choice = False  # which move it was is seen when the other side's is
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause"),
        *DIAL_KEYS,
        Binding("full_stop", "step", "Step", key_display=".", tooltip="Show what comes next, and stay there"),
        Binding("plus,equals_sign", "speed(1)", "Faster", key_display="+"),
        Binding("minus", "speed(-1)", "Slower", key_display="-"),
        Binding("b", "big", "Big"),
        Binding("h", "histogram", "Histogram"),
        Binding("v", "volunteer", "Volunteer", tooltip="Call somebody from the audience to play, or go back"),
        Binding("escape", "leave", "Lobby"),
    ]

    def __init__(self, choice: Choice, instead: Choice | None = None) -> None:
        """`instead` is the show that goes on once the volunteer leaves the stage."""
        seats = {
            seat: HUMAN if spec == MIND_READER else spec
            for seat, spec in zip(Seat, (choice.subject, choice.opponent), strict=True)
        }
        self._game = parse_game(choice.game)
        self._seat = next((seat for seat, spec in seats.items() if is_person(spec)), None)  # the volunteer's
        super().__init__(
            msgspec.structs.replace(choice, subject=seats[Seat.SUBJECT], opponent=seats[Seat.OPPONENT]),
            () if self._seat is None else self._game.moves_of(self._seat),
        )
        self._instead = instead
        self._names = {seat: stage_name(spec) for seat, spec in seats.items()}
        self._read: list[Seat] = []  # the sides that nobody tells what the other thinks
        self._board = Board(self._game, choice.rounds)
        self._limit = 0.0

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        yield ShowCard(id="show-card")
        yield Sides(self._names, id="stage")
        yield Static(id="spectate-line")
        if self._seat is not None:
            yield MoveBar(self._moves, id="move-bar")
        if self.choice.mix is not None:
            yield DialLine(id="dial")
        yield Curves(self._game, self._names, id="curves")
        yield Static(id="net")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._clock = Clock(self.arena.preferences.speed)
        self._say_title()
        self.query_one(Curves).only([Seat.SUBJECT])
        self._say(f"loading {self._names[Seat.SUBJECT]} …")

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        classes = {"narrow": width < _NARROW, "low": height < _LOW, "high": height >= _HIGH, "huge": height >= _HUGE}
        for name, holds in classes.items():
            self.set_class(holds, name)

    def show_progress(self, line: str) -> None:
        """Show a step of loading the model."""
        self._say(line)

    # --- the show ---

    async def sit(self, prepared: Prepared, sitting: Sitting) -> None:
        """Play match after match."""
        self._board = Board(self._game, self.choice.rounds)  # which may be fewer, to fit a model
        self._limit = await aside(perfect_net, self._game)
        self._tell_readers(prepared.pairing)
        while True:
            self._board.begin()
            self._begin()
            await self._show_card(opening(self._board, self._names))
            async with aclosing(sitting.play()) as rounds:
                async for played in rounds:
                    await self._count_down()
                    self._reveal(played)
                    await self._clock.round()
            self._board.end()
            self.query_one("#net", Static).update(Text(net(self._board, self._names, self._limit)))
            await self._show_card(closing(self._board, self._names, self._read, self._limit))

    def _tell_readers(self, pairing: Pairing) -> None:
        """A reader's policy says what it read of the other; any two others have a curve each."""
        self._read = [seat for seat in Seat if pairing.agent(seat).sees is Sees.MOVES]
        self.query_one(Curves).only(self._read)
        self.refresh_bindings()

    def _begin(self) -> None:
        self.query_one(Sides).show(dict.fromkeys(Seat, ""), "")
        self.query_one(Curves).begin(self._board)
        self._say("")
        self._say_title()

    async def _show_card(self, card: Card) -> None:
        if self._clock.shows_cards:
            self.query_one(ShowCard).show(card)
            self.add_class("card")
            await self._clock.card()
            self.remove_class("card")

    async def _count_down(self) -> None:
        """Both moves are sealed: count down to them, if there is time."""
        if not self._clock.counts:
            return
        for number in COUNT:
            self.query_one(Sides).cover(str(number))
            if not await self._clock.beat():
                break

    def your_turn(self, view: View) -> None:
        """It is the volunteer's turn."""
        super().your_turn(view)
        self.query_one(MoveBar).focus()
        self.query_one(Sides).cover("your move")

    def _reveal(self, played: Round) -> None:
        seen = self._board.add(played)
        sides = self.query_one(Sides)
        sides.show(moves(self._game, seen), verdict(self._game, seen), winner(seen.outcome))
        sides.count({seat: score(self._board, seat) for seat in Seat})
        self.query_one(Curves).add(self._board, played.outcome)
        alike = len(self._read) == len(Seat)
        self._say(lead(self._board, self._names) if alike else how_sure(self._board, *self._read))
        self._say_title()

    # --- what is shown ---

    def _say_title(self) -> None:
        self.query_one("#title", Static).update(Text(heading(self._board, self._names, self._clock.pace)))

    def _say(self, line: str) -> None:
        self.query_one("#spectate-line", Static).update(Text(line))

    # --- keys ---

    def action_pause(self) -> None:
        """Pause or go on."""
        self._clock.pause()
        self._say_title()

    def action_step(self) -> None:
        """Show what comes next, and stay there."""
        self._clock.step()
        self._say_title()

    def action_speed(self, step: int) -> None:
        """Make the show faster or slower."""
        self._clock.faster(step)
        self._say_title()

    def action_big(self) -> None:
        """Switch to large type, for the back of a room, or back."""
        self.toggle_class("big")

    def action_histogram(self) -> None:
        """Show the distribution of determinism over all rounds so far, or the rounds of this match."""
        self.query_one(Curves).toggle()

    def action_volunteer(self) -> None:
        """Somebody from the audience takes the opponent's seat, or whoever sat there is back."""
        if self._seat is None:
            called = msgspec.structs.replace(self.choice, opponent=HUMAN)
            self.app.switch_screen(SpectateScreen(called, self.choice))
        elif self._instead is not None:
            self.app.switch_screen(SpectateScreen(self._instead))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A volunteer can only meet a side that doesn't read minds, and stays if nobody was there before."""
        if action != "volunteer":
            return super().check_action(action, parameters)
        return self._instead is not None if self._seat is not None else Seat.SUBJECT in self._read
