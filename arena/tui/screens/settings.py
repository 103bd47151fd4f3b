"""Settings: the theme, the pace of a show, how models are run; and where things are kept."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Select, Static

from arena.backends.local.llamacpp.builds import chosen, words
from arena.backends.weights.catalog import user_catalog_path
from arena.errors import UsageError
from arena.session.choice import whole_number
from arena.session.own_settings import own_settings_path
from arena.session.preferences import PREFERENCES, SPEEDS
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.form import Row, StillInput, chooser
from arena.tui.widgets.keys_footer import KeysFooter

_MOST_THREADS, _MOST_LAYERS = 1024, 1000


class SettingsScreen(ArenaScreen):
    """Every change is kept at once; how models are run takes effect from the next match on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back")]

    def compose(self) -> ComposeResult:
        now = self.arena.preferences
        yield Static("Settings", classes="title")
        with Vertical(id="settings-form"):
            themes = sorted(self.app.available_themes, key=lambda name: (not name.startswith("arena"), name))
            yield Row("Theme", chooser([(name, name) for name in themes], self.app.theme, "theme"))
            speed = now.speed if now.speed in SPEEDS else SPEEDS[3]
            paces = [(f"{pace:g} rounds a second" if pace else "full speed", pace) for pace in SPEEDS]
            yield Row("Show", chooser(paces, speed, "speed"))
            for name, id_, number, note in (
                ("Threads", "threads", now.threads, "0: as many as there are cores"),
                ("GPU layers", "gpu_layers", now.gpu_layers, "needs a llama.cpp that is built for the GPU"),
            ):
                yield Row(name, StillInput(str(number), type="integer", id=id_), Static(note, classes="state"))
            yield Row("llama.cpp", Static(words(chosen()), classes="state"))
        yield Static(id="places", classes="dim")
        yield KeysFooter()

    def places(self) -> list[tuple[str, Path]]:
        """Where things are kept."""
        return [
            ("results", self.arena.store.absolute()),
            ("settings", PREFERENCES.path),
            ("keys, themes", own_settings_path()),
            ("your models", user_catalog_path()),
        ]

    def on_mount(self) -> None:
        text = Text.assemble(("Where things are\n", "bold"))
        for name, path in self.places():
            text.append(f"  {name:<12} {path}\n")
        text.append("\nNO_COLOR=1 shows all without colour; the ansi themes use your terminal's own colours.")
        self.query_one("#places", Static).update(text)
        self.query_one("#theme").focus()

    @on(Select.Changed, "#theme")
    def _theme(self, event: Select.Changed) -> None:
        self.app.theme = str(event.value)  # which the app keeps, wherever it is picked

    @on(Select.Changed, "#speed")
    def _speed(self, event: Select.Changed) -> None:
        assert isinstance(event.value, float)
        self.arena.prefer(speed=event.value)

    @on(Input.Submitted)
    @on(Input.Blurred)
    def _number(self, event: Input.Submitted | Input.Blurred) -> None:
        name, most = event.input.id, {"threads": _MOST_THREADS, "gpu_layers": _MOST_LAYERS}
        assert name in most
        what = name.replace("_", " ").replace("gpu", "GPU")
        try:
            number = whole_number(event.value, what)
            if number is None or not 0 <= number <= most[name]:
                raise UsageError(f"{what} must be a whole number from 0 to {most[name]}")
        except UsageError as error:
            self.arena.refuse(error)
            event.input.value = str(msgspec.structs.asdict(self.arena.preferences)[name])
            return
        self.arena.prefer(**{name: number})
