"""The lobby: what this is and what to press, the form for a match, the models, and whether each is ready."""

from __future__ import annotations

import shlex
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from arena.errors import ArenaError
from arena.session.latest import Latest, latest, words
from arena.session.seats import model_lines
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.replay import ReplayScreen
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.lobby_form import LobbyForm
from arena.tui.widgets.model_list import ModelList

CHOSEN_SECONDS = 0.3  # how long a choice must stand before its models are loaded
_LOW, _SHORT = 24, 20  # rows up to which the form has no gaps, and the rest none either
_WHAT = (
    "Whoever can be foreseen loses. Play a language model and see its mind, or let a machine read you. "
    "Enter plays; ? lists all keys."
)


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
        Binding("h", "app.open('History')", "History"),
        Binding("e", "app.open('Settings')", "Settings"),
        Binding("l", "last", "Last match", show=False),
        Binding("j", "app.open('Poems')", "Judge poems", show=False),
        Binding("d", "dial", "Dial", show=False, tooltip="Mix the subject with another model, by a dial"),
        Binding("m", "unfold", "All models", show=False, tooltip="List the models that need a server or a file too"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._latest = Latest()
        self._progress: dict[str, str] = {}  # how far the loading of a model is
        self._chosen: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(Text.assemble(("Arena", "bold"), "   how predictable is it?"), classes="title")
        yield Static(_WHAT, id="what")
        yield LobbyForm(self.arena.choice, id="lobby-form")
        with Horizontal(id="lobby-buttons"):
            yield Button("Play", id="play", variant="primary", compact=True)
            yield Button("It reads you", id="read-me", compact=True)
            yield Button("Watch a show", id="watch", compact=True)
        yield Static(id="last", classes="dim")
        yield ModelList(id="lobby-models")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#play").focus()
        self._show_states()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height <= _LOW, "low")
        self.set_class(event.size.height <= _SHORT, "short")

    async def on_screen_resume(self) -> None:
        await self.arena.settle()
        await self._show_last()
        self._show_states()
        self._load_soon()

    @property
    def _form(self) -> LobbyForm:
        return self.query_one(LobbyForm)

    # --- what is shown ---

    def _show_states(self) -> None:
        """Show the states of the models and of the two seats."""
        try:
            lines, fault = model_lines(), ""
        except ArenaError as error:
            lines, fault = [], str(error)
        self.query_one(ModelList).show(lines, self._form.unfolded, fault)
        self._form.show_states(self._progress)

    async def _show_last(self) -> None:
        """Show the match that was played last, in one line."""
        found = await self.arena.from_store(latest) if self.arena.store.exists() else None
        if found is None or not self.is_mounted:
            return
        self._latest = found
        self.refresh_bindings()
        before, key, after = words(found)
        self.query_one("#last", Static).update(Text.assemble(before, (key, "bold"), after))

    # --- loading while one still chooses ---

    def _load_soon(self) -> None:
        """Load the chosen models, unless another choice follows at once."""
        if self._chosen is not None:
            self._chosen.stop()
        self._chosen = self.set_timer(CHOSEN_SECONDS, self._load)

    def _load(self) -> None:
        if self.is_current:
            self.arena.preloader.want([*self._form.agents.values(), self._form.mixed_with])

    def show_progress(self, line: str) -> None:
        """Show a step of loading a model, beside the seat that it was chosen for."""
        name, _, step = line.rpartition(": ")
        self._progress[name] = step
        self._show_states()

    def loaded(self) -> None:
        """The chosen models are loaded, or can't be."""
        self._progress.clear()
        if self.is_mounted:
            self._show_states()

    # --- choosing ---

    @on(LobbyForm.Changed)
    def _changed(self) -> None:
        self._show_states()
        self._load_soon()

    @on(Input.Submitted, "#own-model")
    def _seat_named(self, event: Input.Submitted) -> None:
        """Seat the model that was typed; then Enter plays."""
        try:
            self._form.seat_named(event.value)
        except ArenaError as error:
            self.arena.refuse(error)
            return
        self.query_one("#play").focus()

    def action_unfold(self) -> None:
        """List the models that can't play yet, too, or no longer."""
        self._form.unfolded = not self._form.unfolded
        self._form.offer()
        self._show_states()

    def action_dial(self) -> None:
        """Offer a dial between the subject and another model, or do without it."""
        self._form.dial()
        self._load_soon()

    def copied(self) -> str:
        """The command that opens the chosen match."""
        choice = self._form.choice()
        said = ["arena", "play", f"--game={choice.game}", f"--subject={choice.subject}"]
        said += [f"--opponent={choice.opponent}", f"--rounds={choice.rounds}"]
        said += [] if choice.seed is None else [f"--seed={choice.seed}"]
        said += [] if choice.mix is None else [f"--mix={choice.mix}"]
        return shlex.join(said) + "\n"

    # --- where to go ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There may be no match to go on with, and none to replay."""
        needed = {"go_on": self._latest.unfinished, "last": self._latest.match}
        return action not in needed or needed[action] is not None

    def action_go_on(self) -> None:
        """Go on with the match that was left."""
        if self._latest.unfinished is not None:
            self._focus_play()
            self.arena.go_on(self._latest.unfinished.choice)

    def action_last(self) -> None:
        """Replay the match that was played last."""
        if self._latest.match is not None:
            cell, match = self._latest.match
            self.app.push_screen(ReplayScreen(cell, match.number))

    @on(Button.Pressed, "#read-me")
    def action_read_me(self) -> None:
        """Be read, at once, by the reader that is chosen, or by the most merciless."""
        self._form.be_read()
        self.action_play()

    @on(Button.Pressed, "#play")
    @on(LobbyForm.Submitted)
    def action_play(self) -> None:
        """Open the match."""
        self._open(watch=False)

    @on(Button.Pressed, "#watch")
    def action_watch(self) -> None:
        """Watch the subject against the greedy reader."""
        self._open(watch=True)

    def _open(self, watch: bool) -> None:
        try:
            choice = self._form.choice(watch)
        except ArenaError as error:
            self.arena.refuse(error)
            return
        self._focus_play()
        self.arena.open_match(choice, watch)

    def _focus_play(self) -> None:
        """Whoever comes back from a match finds the focus on the main button, not in a field."""
        self.set_focus(self.query_one("#play"))
