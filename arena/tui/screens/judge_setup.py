"""Who judges: the contests that wait, and a name."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Button, Input, Static

from arena.errors import UsageError
from arena.experiments.poems.judgement import person
from arena.session.judging import LAST_JUDGE, Waiting, waiting_contests
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.judge import JudgeScreen
from arena.tui.widgets.form import Row, StillInput
from arena.tui.widgets.keys_footer import KeysFooter


class JudgeSetupScreen(ArenaScreen):
    """Enter begins, or goes on where that person stopped. The contests are those of a run (None: the latest)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Lobby")]

    def __init__(self, contests: str | None = None) -> None:
        super().__init__()
        self._contests = contests

    def compose(self) -> ComposeResult:
        yield Static("Poems: which do you like better?", classes="title")
        with Vertical(id="judge-form"):
            yield Row("Your name", StillInput(LAST_JUDGE.read().name, max_length=60, id="judge-name"))
            yield Button("Judge", id="judge", variant="primary", compact=True)
            yield Static(id="waiting")
        yield KeysFooter()

    def on_mount(self) -> None:
        self.query_one("#judge-name").focus()

    async def on_screen_resume(self) -> None:
        found: Waiting | None = None
        if self.arena.store.exists():
            found = await self.arena.from_store(lambda store: waiting_contests(store, self._contests))
        if self.is_mounted:
            self.query_one("#waiting", Static).update(_waiting(found))

    @on(Button.Pressed, "#judge")
    @on(Input.Submitted, "#judge-name")
    def _judge(self) -> None:
        name = self.query_one("#judge-name", Input).value.strip()
        try:
            person(name)
        except UsageError as error:
            self.arena.refuse(error)
            return
        self.set_focus(self.query_one("#judge"))  # for whoever comes back
        self.app.push_screen(JudgeScreen(name, self._contests))


def _waiting(found: Waiting | None) -> Text:
    """What there is to judge, and who has judged how much."""
    if found is None:
        return Text("No contest waits here. `arena poems generate` and `arena poems contest` make some.")
    topics = ", ".join(found.topics)
    text = Text(printable(f"{found.pairs} pairs of poems on {topics}, judged on {', '.join(found.axes)}."))
    text.append("\nYou can stop at any pair, and go on under the same name.\n", style="dim")
    for judge in found.judges:
        state = "everything judged" if judge.done == judge.pairs else f"{judge.done} of {judge.pairs} pairs"
        text.append(f"\n  {printable(judge.name)}: {state}")
    return text
