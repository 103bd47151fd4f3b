"""Judging poems: two beside each other, one question, two keys. Who wrote them is nowhere on this screen."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Static

from arena.errors import ArenaError
from arena.experiments.poems.judgement import Choice
from arena.session.judging import LAST_JUDGE, Judging, LastJudge, Moment, Stage
from arena.text import printable
from arena.tui.screens.base import ArenaScreen
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.poem import PoemPage

_NARROW: Final = 66  # columns below which the poems stand one above the other
_LOW: Final = 20  # rows below which there is no air around the question
_TALL: Final = 30  # rows from which the question and the poems stand in the middle
_SAID: Final = {Choice.LEFT: "the first", Choice.RIGHT: "the second", Choice.TIE: "neither"}


class JudgeScreen(ArenaScreen):
    """One person's sitting as a judge, of the run of contests of that name (None: the latest)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,1,up", "choose('left')", "First", key_display="←"),
        Binding("right,2,down", "choose('right')", "Second", key_display="→"),
        Binding("equals_sign,t", "choose('tie')", "Neither", key_display="="),
        Binding("enter", "begin", "Begin"),
        Binding("u,backspace", "undo", "Undo"),
        Binding("pageup", "scroll_poems(-1)", "Up", show=False),
        Binding("pagedown,space", "scroll_poems(1)", "Down", show=False),
        Binding("escape", "leave", "Leave"),
    ]

    def __init__(self, name: str, contests: str | None = None) -> None:
        super().__init__()
        self._person, self._contests = name, contests
        self._judging: Judging | None = None
        self._stage: Stage | None = None
        self._keys: tuple[Stage, bool] | None = None  # what the footer depends on
        self._said = ""

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        with Vertical(id="judge-card"):
            yield Static(id="card")
        with Vertical(id="judge-pair"):
            yield Static(id="judge-question")
            with Container(id="poems"):
                yield PoemPage("first", "1")
                yield PoemPage("second", "2")
        yield Static(id="judge-bar")
        yield Static(id="judge-note")
        yield KeysFooter()

    def on_mount(self) -> None:
        try:
            self._judging = Judging(self.arena.store, self._person, self._contests)
        except ArenaError as error:
            self.arena.refuse(error)
            self.dismiss()
            return
        LAST_JUDGE.keep(LastJudge(self._person))
        self._show()

    def on_unmount(self) -> None:
        if self._judging is not None:
            try:
                self._judging.close()
            except ArenaError as error:
                self.arena.refuse(error)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width < _NARROW, "narrow")
        self.set_class(event.size.height < _LOW, "low")
        self.set_class(event.size.height >= _TALL, "tall")
        if self._judging is not None:
            self._show_bar(self._judging.moment)

    # --- what is shown ---

    def _show(self) -> None:
        assert self._judging is not None
        moment = self._judging.moment
        self._stage = moment.stage
        self.query_one("#judge-card").display = moment.pair is None
        self.query_one("#judge-pair").display = moment.pair is not None
        if moment.pair is None:
            self.query_one("#card", Static).update(_card(moment, self._judging.note))
        else:
            self.query_one("#judge-question", Static).update(_question(moment))
            self.query_one("#first", PoemPage).show(moment.pair.left)
            self.query_one("#second", PoemPage).show(moment.pair.right)
        title = f"Poems on {moment.topic} · {self._person}"
        self.query_one("#title", Static).update(Text(printable(title)))
        self.query_one("#judge-note", Static).update(Text(self._said))
        self._show_bar(moment)
        keys = moment.stage, self._judging.can_undo
        if keys != self._keys:  # the footer is made anew
            self._keys = keys
            self.refresh_bindings()

    def _show_bar(self, moment: Moment) -> None:
        """How far this contest is, as a line and in numbers."""
        count = f"{moment.done:>{len(str(moment.pairs))}} of {moment.pairs} pairs"
        count += f" · part {moment.number} of {moment.contests}" if moment.contests > 1 else ""
        room = max(self.size.width - len(count) - 4, 4)
        full = round(room * moment.done / moment.pairs)
        bar = Content.assemble(("━" * full, "$primary"), ("─" * (room - full), "dim"), f"  {count}")
        self.query_one("#judge-bar", Static).update(bar)

    # --- keys ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Show in the footer only what can be done now."""
        if action in ("choose", "scroll_poems"):
            return self._stage is Stage.PAIR
        if action == "begin":
            return self._stage is Stage.QUESTION
        if action == "undo":
            return self._judging is not None and self._judging.can_undo
        return True

    def action_begin(self) -> None:
        """Show the first pair: the question has been read."""
        if self._judging is not None:
            self._judging.begin()
            self._said = ""
            self._show()

    def action_choose(self, side: str) -> None:
        """Record a choice, and show the next pair."""
        choice = Choice(side)
        self._carry_out("choose", choice)
        self._said = f"You chose {_SAID[choice]}. u takes it back."
        self._show()

    def action_undo(self) -> None:
        """Show the last pair again."""
        self._carry_out("undo")
        self._said = "That choice is taken back: judge this pair again."
        self._show()

    def action_scroll_poems(self, direction: int) -> None:
        """Scroll poems that are longer than the screen."""
        for page in self.query(PoemPage):
            page.scroll_relative(y=direction * max(page.size.height - 2, 1), animate=False)

    @on(PoemPage.Chosen)
    def _clicked(self, event: PoemPage.Chosen) -> None:
        if self._stage is Stage.PAIR:
            self.action_choose(Choice.LEFT if event.page.id == "first" else Choice.RIGHT)

    def _carry_out(self, what: str, *given: Choice) -> None:
        assert self._judging is not None
        try:
            getattr(self._judging, what)(*given)
        except ArenaError as error:
            self.arena.refuse(error)


def _question(moment: Moment) -> Text:
    return Text(moment.axis.question, style="bold", justify="center")


def _card(moment: Moment, note: str) -> Text:
    """What a judge reads between two contests."""
    text = Text(justify="center")
    if note:
        text.append(f"{printable(note)}\n\n\n", style="italic")
    if moment.stage is Stage.DONE:
        text.append("You have judged every pair.\n\n", style="bold")
        return text.append("Thank you. Everything is stored; `arena poems rank` shows who won.")
    text.append(f"{moment.axis.question}\n\n", style="bold")
    text.append(f"{moment.axis.meaning}\n\n")
    left = f"{moment.pairs - moment.done} pairs of poems on {printable(moment.topic)}{' are left' * bool(moment.done)}."
    text.append(f"{left}\nTake the time you like; some come a second time.\n\n\n", style="dim")
    return text.append("enter begins")
