"""Setting up a tournament: which subjects, which games, how many. A run screen then plays it."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Button, Input, Label, Static
from textual.widgets.selection_list import Selection

from arena.agents.spec import parse_agent
from arena.errors import UsageError
from arena.experiments.tournament.spec import TournamentSpec
from arena.games import parse_game, playable_games
from arena.records import Seat
from arena.session.choice import whole_number
from arena.session.seats import seat_options
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.run import RunScreen
from arena.tui.widgets.form import MarkedList, StillInput
from arena.tui.widgets.keys_footer import KeysFooter

_KINDS = ("llm", "uniform")  # of subjects that are worth a tournament
_FIRST = {"llm:gemma-3-270m", "llm:smollm2-135m-instruct"}


class SetupScreen(ArenaScreen):
    """Space marks subjects and games; the button starts. All play against the greedy reader."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Lobby")]

    def compose(self) -> ComposeResult:
        ready = [
            option
            for option in seat_options(parse_game("rps"), Seat.SUBJECT)
            if option.is_ready and parse_agent(option.spec).kind in _KINDS
        ]
        yield Static("A tournament against the greedy reader", classes="title")
        with Horizontal(id="setup-lists"):
            yield MarkedList(
                *(Selection(Text(option.name), option.spec, option.spec in _FIRST) for option in ready), id="subjects"
            )
            yield MarkedList(
                *(Selection(game.title, name, name == "rps") for name, game in playable_games().items()), id="games"
            )
        with Horizontal(classes="setup-row"):
            for label, first, id_ in (("Games", "50", "matches"), ("Rounds", "10", "rounds"), ("Seed", "0", "seed")):
                yield Label(label)
                yield StillInput(first, type="integer", id=id_)
        with Horizontal(classes="setup-row"):
            yield Button("Start", id="start", variant="primary", compact=True)
            yield Static("  the same choice again goes on where it was", classes="dim")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#subjects").border_title = "subjects (space marks)"
        self.query_one("#games").border_title = "games"
        self.query_one("#start").focus()

    @on(Button.Pressed, "#start")
    @on(Input.Submitted)
    def _start(self) -> None:
        try:
            planned = self._planned()
        except UsageError as error:
            self.arena.refuse(error)
            return
        self.app.switch_screen(RunScreen(None, planned))

    def _planned(self) -> TournamentSpec:
        subjects = tuple(self.query_one("#subjects", MarkedList).selected)
        games = tuple(self.query_one("#games", MarkedList).selected)
        if not subjects or not games:
            raise UsageError("mark at least one subject and one game (space marks)")
        numbers: dict[str, Any] = {}
        for id_, what in (("matches", "the games"), ("rounds", "the rounds"), ("seed", "the seed")):
            number = whole_number(self.query_one(f"#{id_}", Input).value, what)
            if number is None or (id_ != "seed" and number < 1):
                raise UsageError(f"{what} must be a whole number" + ("" if id_ == "seed" else " of at least 1"))
            numbers[id_] = number
        return TournamentSpec(subjects=subjects, games=games, **numbers)
