"""How random are a player's random numbers? Bars that fill while answers come, and what they mean in words."""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from typing import ClassVar

import msgspec
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Vertical
from textual.widgets import Input, Static

from arena.errors import ArenaError
from arena.experiments.numbers.task import Task, find_task
from arena.session.numbers_choice import NumbersChoice
from arena.session.numbers_runner import SEEDS, Drawing, Stage
from arena.session.seats import display_name
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.form import StillInput
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.numbers_view import NumbersView

_TICK = 1 / 15  # seconds between two looks for new answers
_TELL = 0.25  # seconds between two updates of words and plot
_QUIET = 1.0  # seconds without an answer after which the time is shown
_FILLING = 90  # ticks, at most about, in which bars fill when all answers come at once
_NAME = 28  # columns of a name in the title
_PATIENCE = 0.5  # seconds that leaving waits for the last answers to be stored


class NumbersScreen(ArenaScreen):
    """One player and one task. Leaving keeps the answers drawn."""

    AUTO_FOCUS = ""  # the input line takes keys only while a person is asked
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause"),
        Binding("space", "go", "Go on"),
        Binding("n", "again", "Again, new draws"),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, choice: NumbersChoice) -> None:
        super().__init__()
        self.choice = choice
        self._asked = find_task(choice.task)
        self._said: asyncio.Queue[str] = asyncio.Queue()  # by the person
        self._stage: Stage | None = None  # the one that the footer shows
        self._paused = False
        self._shown: tuple[object, ...] | None = None
        self._untold = False  # the bars are ahead of the words and the plot
        self._told = 0.0  # when words and plot were last brought up to date
        self._step = ""

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        with Vertical(id="ask"):
            yield Static(_question(self._asked), id="question")
            with Center():
                yield StillInput(id="answer", placeholder=_hint(self._asked))
            yield Static(id="verdict")
        yield NumbersView(id="view")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._begin()
        self.set_interval(_TICK, self._tick)

    def _begin(self) -> None:
        self.drawing = Drawing(self.choice, self.arena.store, self.arena.models, self._fail, self._ask)
        self.query_one("#ask").display = False
        self.query_one("#view").display = not self.choice.is_person
        self._said = asyncio.Queue()
        self._stage = self._shown = None
        self._step = ""
        self.drawing.go()

    async def on_unmount(self) -> None:
        await asyncio.wait([asyncio.create_task(self.drawing.pause())], timeout=_PATIENCE)

    def _fail(self, error: ArenaError) -> None:
        self.arena.refuse(error)
        if self.is_current:
            self.dismiss()

    # --- a person ---

    async def _ask(self) -> str:
        return await self._said.get()

    @on(Input.Submitted, "#answer")
    def _answered(self, event: Input.Submitted) -> None:
        if text := event.value.strip():
            event.input.clear()
            self._said.put_nowait(text)

    # --- what is shown ---

    @property
    def stage(self) -> Stage:
        """The stage that is shown, which may lag behind the drawing because bars fill gradually."""
        if self._paused:
            return "paused"
        return "drawing" if self.drawing.stage == "done" and self.drawing.tally.waiting else self.drawing.stage

    def show_progress(self, line: str) -> None:
        """Show a step of loading the model."""
        self._step = line

    def _tick(self) -> None:
        drawing, tally = self.drawing, self.drawing.tally
        asking = self.choice.is_person and drawing.stage != "done"
        if tally.waiting and not asking and not self._paused:
            tally.reveal(max(math.ceil(tally.waiting / 12), math.ceil(tally.wanted / _FILLING)))
        new = self._stage != self.stage
        if new:
            self._stage = self.stage
            self.refresh_bindings()
            self.arena.settle_memory()
        self._say_title()
        if asking:
            self._show_question()
            return
        shown = (tally.valid, tally.rejected, drawing.exact is None, drawing.explored_so_far, self._step)
        if new or shown != self._shown:
            self._shown, self._untold = shown, True
            self._show_bars()
        if self._untold and (new or time.monotonic() - self._told >= _TELL):
            self._told, self._untold = time.monotonic(), False
            self._tell()

    def _show_bars(self) -> None:
        view = self.query_one(NumbersView)
        if not view.display:
            view.display, self.query_one("#ask").display = True, False
            self.set_focus(None)
        follows = self.choice.subject.startswith("llm:") and self.choice.spec.mode == "both"
        view.fill(self.drawing.tally, self.drawing.exact, follows)

    def _tell(self) -> None:
        drawing, tally = self.drawing, self.drawing.tally
        view = self.query_one(NumbersView)
        if drawing.stage == "exact":
            nodes, unexplored = drawing.explored_so_far
            view.wait(tally, Text(f"{nodes:>4} distributions followed, {unexplored:>6.1%} unexplored"))
        elif drawing.stage == "loading" and not tally.valid:
            view.wait(tally, Text(self._step or f"loading {display_name(self.choice.subject)} …", style="dim"))
        else:
            view.tell(tally, drawing.exact, self.choice.is_person)

    def _say_title(self) -> None:
        drawing = self.drawing
        count = drawing.arrived if self.choice.is_person else drawing.tally.valid
        wanted = f"{drawing.tally.wanted:,}"
        at = f"{count:>{len(wanted)},} of {wanted}"
        name = display_name(self.choice.subject)
        name = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
        parts = [name, at, self._state(), *self._how(), self._asked.title]
        self.query_one("#title", Static).update(Text(" · ".join(parts)))

    def _state(self) -> str:
        drawing = self.drawing
        if self.stage == "done" and drawing.arrived < drawing.choice.n:
            return "given up: too many rejected"
        if self.stage == "drawing" and drawing.stage == "drawing" and not self.choice.is_person:
            return f"drawing {drawing.seconds:.0f}s" if drawing.seconds >= _QUIET else "drawing"
        return "exact mode" if self.stage == "exact" else self.stage

    def _how(self) -> list[str]:
        """The other choices, where they aren't the defaults."""
        choice = self.choice
        if not choice.subject.startswith("llm:"):
            return []
        wording = f"paraphrase {choice.variant}" if choice.variant else ""
        hot = f"temperature {choice.temperature:g}" if choice.temperature != 1 else ""
        cut = f"top-p {choice.top_p:g}" if choice.top_p != 1 else ""
        return [part for part in (wording, hot, cut) if part]

    def _show_question(self) -> None:
        drawing = self.drawing
        ask = self.query_one("#ask")
        if not ask.display:
            ask.display = True
            self.query_one(NumbersView).display = False
            self.query_one("#answer").focus()
        verdict = Text(f"{drawing.arrived:>3} of {drawing.choice.n}")
        if drawing.rejected_last is not None:
            verdict.append(
                f"\n{printable(drawing.rejected_last)!r} is rejected: type {_hint(self._asked)}", style="bold"
            )
        self.query_one("#verdict", Static).update(verdict)

    # --- keys ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show in the footer only what can be done now."""
        if action == "pause":
            return not self.choice.is_person and self._stage in ("loading", "exact", "drawing")
        if action == "go":
            return self._stage == "paused"
        return self._stage == "done" if action == "again" else True

    async def action_pause(self) -> None:
        """Stop drawing; all answers drawn are kept."""
        self._paused = True
        await self.drawing.pause()

    def action_go(self) -> None:
        """Continue where it stopped."""
        self._paused = False
        if self.drawing.stage == "paused":
            self.drawing.go()

    def action_again(self) -> None:
        """Draw anew, with a new random seed."""
        self.choice = msgspec.structs.replace(self.choice, seed=secrets.randbelow(SEEDS))
        self._begin()


def _question(task: Task) -> Text:
    asked = f"Think of {_wanted(task)} from {task.values[0]} to {task.values[-1]}, at random.\n"
    text = Text(asked, style="bold", justify="center")
    text.append(
        "Type it, then Enter. What you drew is shown at the end, so that it doesn't lead you.", style="not bold"
    )
    return text


def _hint(task: Task) -> str:
    return f"{_wanted(task)}, {task.values[0]} to {task.values[-1]}"


def _wanted(task: Task) -> str:
    if task.length > 1:
        return f"{task.length} integers"
    return "a letter" if task.name == "letters" else "an integer"
