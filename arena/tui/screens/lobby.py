"""The lobby: which game, who sits where, how many rounds; the models, and whether each is ready."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Input, Label, Select, Static

from arena.agents.readers.levels import LEVELS, level_of
from arena.errors import ArenaError, UsageError
from arena.experiments.tournament.sitting import SITTING
from arena.games import Game, parse_game, playable_games
from arena.records import Seat
from arena.session.choice import HUMAN, Choice, is_person, whole_number
from arena.session.ending.words import points
from arena.session.seats import display_name, model_lines, name_at_table, seat_options
from arena.session.unfinished import Unfinished, unfinished
from arena.store.rows import CellRow, MatchRow
from arena.store.store import Store
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.widgets.form import Row, StillInput, chooser, offer
from arena.tui.widgets.keys_footer import KeysFooter

MOST_ROUNDS = 100_000


class LobbyScreen(ArenaScreen):
    """The first screen. Enter plays; w watches the subject against the greedy reader, l replays the last match."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "play", "Play", priority=False),
        Binding("g", "go_on", "Go on"),
        Binding("i", "read_me", "It reads you"),
        Binding("w", "watch", "Watch"),
        Binding("t", "app.open('Tournament')", "Tournament"),
        Binding("n", "app.open('Numbers')", "Numbers"),
        Binding("o", "app.open('Results')", "Results"),
        Binding("e", "app.open('Settings')", "Settings"),
        Binding("l", "last", "Last match", show=False),
        Binding("j", "app.open('Poems')", "Judge poems", show=False),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[CellRow, MatchRow] | None = None
        self._unfinished: Unfinished | None = None
        self._seated: dict[Seat, str] = {}  # the two seats as they were chosen last
        self._left: dict[Seat, str] = {}  # who sat in each seat before a person did

    def compose(self) -> ComposeResult:
        choice = self.arena.choice
        game = parse_game(choice.game)
        yield Static(Text.assemble(("Arena", "bold"), "   how predictable is it?"), classes="title")
        with Vertical(id="lobby-form"):
            games = [(made.title, name) for name, made in (playable_games() | {choice.game: game}).items()]
            yield Row("Game", chooser(games, choice.game, "game"))
            for seat, spec in ((Seat.SUBJECT, choice.subject), (Seat.OPPONENT, choice.opponent)):
                agents = chooser(_choices(game, seat, choice), spec, seat.value)
                state = Static(id=f"{seat.value}-state", classes="state")
                yield Row(seat.value.capitalize(), agents, state, kind=seat.value)
            seed = "" if choice.seed is None else str(choice.seed)
            yield Row(
                "Rounds",
                StillInput(str(choice.rounds), type="integer", id="rounds-input"),
                Label("Seed", id="seed-label"),
                StillInput(seed, placeholder="new", type="integer", id="seed-input"),
            )
        with Horizontal(id="lobby-buttons"):
            yield Button("Play", id="play", variant="primary", compact=True)
            yield Button("It reads you", id="read-me", compact=True)
            yield Button("Watch a show", id="watch", compact=True)
        yield Static(id="last", classes="dim")
        with VerticalScroll(id="lobby-models", can_focus=False):
            yield Static(id="models")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#play").focus()
        self._show_states()

    async def on_screen_resume(self) -> None:
        await self.arena.settle()
        await self._show_last()
        self._show_states()

    def _show_states(self) -> None:
        """Show the states of the models and of the two seats."""
        text = Text("Models\n", style="bold")
        try:
            lines = model_lines()
        except ArenaError as error:
            text.append(f"  {error}\n", style="red")
            lines = []
        width = max((len(name) for name, _, _ in lines), default=0)
        for name, entry, state in lines:
            mark, style = ("●", "") if state == "ready" else ("○", "dim")
            text.append(f"  {mark} {name:<{width}}  {entry.style or '':<9} {state}\n", style=style)
        if not any(state == "ready" for _, _, state in lines):
            text.append("  No model is ready here: the bots still play.\n", style="bold")
        self.query_one("#models", Static).update(text)
        states = {f"llm:{name}": state for name, _, state in lines}
        for seat in Seat:
            spec = str(self.query_one(f"#{seat.value}", Select).value)
            self.query_one(f"#{seat.value}-state", Static).update(Text(states.get(spec, "")))

    async def _show_last(self) -> None:
        """Show the match that was played last, in one line."""
        found = await self.arena.from_store(_last) if self.arena.store.exists() else None
        if found is None or not self.is_mounted:
            return
        self._last, self._unfinished = found
        self.refresh_bindings()
        if self._unfinished is not None:
            choice, rounds = self._unfinished
            against = choice.opponent if is_person(choice.subject) else choice.subject
            text = Text.assemble("Go on (", ("g", "bold"), f") with your match against {name_at_table(against)}")
            text.append(f", at round {rounds + 1} of {choice.rounds}")
            self.query_one("#last", Static).update(text)
            return
        if self._last is None:
            return
        cell, match = self._last
        spec = cell.spec
        net = 100 * match.net / match.rounds
        who = f"{display_name(spec.subject)} against {display_name(spec.opponent)}"
        if is_person(spec.subject):
            who = f"you against {name_at_table(spec.opponent)}"
        elif is_person(spec.opponent):
            who, net = f"you against {name_at_table(spec.subject)}", -net
        text = Text.assemble("Last (", ("l", "bold"), f" replays it): {who}, net {points(net)}, {match.rounds} rounds")
        self.query_one("#last", Static).update(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There may be no match to go on with, and none to replay."""
        needed = {"go_on": self._unfinished, "last": self._last}
        return action not in needed or needed[action] is not None

    def action_go_on(self) -> None:
        """Go on with the match that was left."""
        if self._unfinished is not None:
            self.arena.go_on(self._unfinished.choice)

    def action_last(self) -> None:
        """Replay the match that was played last."""
        if self._last is not None:
            cell, match = self._last
            self.app.push_screen(ReplayScreen(cell, match.number))

    @on(Select.Changed)
    def _changed(self, event: Select.Changed) -> None:
        if event.select.id in (Seat.SUBJECT.value, Seat.OPPONENT.value):
            self._seat_the_person(Seat(event.select.id))
        if event.select.id == "game":
            game = parse_game(str(event.value))
            for seat in Seat:
                select = self.query_one(f"#{seat.value}", Select)
                offer(select, _choices(game, seat, self.arena.choice))
        self._show_states()

    def _seat_the_person(self, changed: Seat) -> None:
        """There is one person: who chooses to be read sits opposite the reader, and who takes a seat leaves the other
        one."""
        seats = {seat: self.query_one(f"#{seat.value}", Select) for seat in Seat}
        before, self._seated = self._seated, {seat: str(select.value) for seat, select in seats.items()}
        self._left |= {seat: spec for seat, spec in before.items() if not is_person(spec)}
        if not before or before == self._seated:
            return
        subject, opponent = self._seated.values()
        if changed is Seat.OPPONENT and level_of(opponent) is not None and not is_person(subject):
            seats[Seat.SUBJECT].value = HUMAN
        elif is_person(subject) and is_person(opponent):
            seats[changed.other].value = self._left.get(changed.other, Choice().subject)

    @on(Button.Pressed, "#read-me")
    def action_read_me(self) -> None:
        """Be read, at once, by the reader that is chosen, or by the most merciless."""
        subject, opponent = (self.query_one(f"#{seat.value}", Select) for seat in Seat)
        reader = str(opponent.value) if level_of(str(opponent.value)) else LEVELS[-1].spec
        subject.value, opponent.value = HUMAN, reader
        self._seated = {Seat.SUBJECT: HUMAN, Seat.OPPONENT: reader}
        self.action_play()

    @on(Button.Pressed, "#play")
    @on(Input.Submitted)
    def action_play(self) -> None:
        """Open the match."""
        self._open(watch=False)

    @on(Button.Pressed, "#watch")
    def action_watch(self) -> None:
        """Watch the subject against the greedy reader."""
        self._open(watch=True)

    def _open(self, watch: bool) -> None:
        try:
            choice = self._choice(watch)
        except UsageError as error:
            self.arena.refuse(error)
            return
        self.arena.open_match(choice, watch)

    def _choice(self, watch: bool) -> Choice:
        subject = str(self.query_one("#subject", Select).value)
        opponent = "greedy" if watch else str(self.query_one("#opponent", Select).value)
        people = list(filter(is_person, (subject, opponent)))
        if watch and people:
            raise UsageError("you can't be watched here: put a model or a bot in the subject's seat")
        if len(people) == 2:
            raise UsageError("there is one keyboard: put a model or a bot in one of the seats")
        rounds = whole_number(self.query_one("#rounds-input", Input).value, "rounds")
        if not rounds or not 1 <= rounds <= MOST_ROUNDS:
            raise UsageError(f"the rounds must be a number from 1 to {MOST_ROUNDS:,}")
        seed = whole_number(self.query_one("#seed-input", Input).value, "the seed")
        game = str(self.query_one("#game", Select).value)
        return Choice(game, subject, opponent, rounds, seed)


def _last(store: Store) -> tuple[tuple[CellRow, MatchRow] | None, Unfinished | None]:
    """The match played last, and the one to go on with."""
    return store.last_match(SITTING), unfinished(store)


def _choices(game: Game, seat: Seat, choice: Choice) -> list[tuple[str, str]]:
    """Who can be put in a seat, including anyone from the command line or the last time who isn't on a list."""
    options = seat_options(game, seat, choice.subject, choice.opponent)
    return [(option.name if option.is_ready else f"{option.name} (not ready)", option.spec) for option in options]
