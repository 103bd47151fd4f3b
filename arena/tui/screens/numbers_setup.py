"""Who draws random numbers, and how they are asked. The numbers screen then shows it."""

from __future__ import annotations

import math
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label, Select, Static

from arena.agents.spec import make_bot, parse_agent
from arena.errors import ArenaError, UsageError
from arena.experiments.numbers.task import TASKS, Task, find_task
from arena.records import Seat
from arena.session.choice import HUMAN, whole_number
from arena.session.numbers_choice import LAST_NUMBERS, NumbersChoice, task_players, task_variants, usual_draws
from arena.tui.screens.base import ArenaScreen
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.widgets.form import Row, StillInput, chooser, offer
from arena.tui.widgets.keys_footer import KeysFooter

MOST_DRAWS = 20_000  # the most that a screen can show; the command line draws more
_LOW = 22


class NumbersSetupScreen(ArenaScreen):
    """Enter draws. Settings that apply only to models are switched off for other players."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Lobby")]

    def __init__(self) -> None:
        super().__init__()
        self._choice = LAST_NUMBERS.read()

    def compose(self) -> ComposeResult:
        choice = self._choice
        task = TASKS.get(choice.task, next(iter(TASKS.values())))
        players = [(player.name, player.spec) for player in task_players(task)]
        listed = choice.subject in {spec for _, spec in players}
        yield Static("Numbers: how random are a player's random numbers?", classes="title")
        with Vertical(id="numbers-form"):
            yield Row("Player", chooser(players, choice.subject if listed else players[0][1], "player"), kind="subject")
            typed = StillInput("" if listed else choice.subject, placeholder="mix:3=0.5,7=0.5", id="typed")
            yield Row("or typed", typed, Static("any model or bot", classes="state"))
            yield Row("Task", chooser([(task.title, task.name) for task in TASKS.values()], task.name, "task"))
            variants = self._variants(task, choice.subject)
            kept = choice.variant if choice.variant in {variant for _, variant in variants} else ""
            yield Row("Wording", chooser(variants, kept, "variant"))
            yield Row(
                "Temperature",
                StillInput(f"{choice.temperature:g}", type="number", id="temperature"),
                Label("Top-p", classes="second"),
                StillInput(f"{choice.top_p:g}", type="number", id="top-p"),
            )
            exact = [("its probabilities first, then draws", True), ("draws only", False)]
            yield Row("Exact", chooser(exact, choice.exact, "exact"))
            yield Row(
                "Draws",
                StillInput(str(choice.n), type="integer", id="n"),
                Label("Seed", classes="second"),
                StillInput(str(choice.seed), type="integer", valid_empty=True, id="seed"),
            )
        with Horizontal(classes="setup-row"):
            yield Button("Draw", id="draw", variant="primary", compact=True)
            yield Static("  the same choice again goes on where it was", classes="dim")
        yield KeysFooter()

    def on_mount(self) -> None:
        self._usual = usual_draws(self._choice.subject, find_task(str(self._select("task").value)))
        self._switch()
        self.query_one("#draw").focus()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "low")

    @property
    def _subject(self) -> str:
        return self.query_one("#typed", Input).value.strip() or str(self._select("player").value)

    def _select(self, id_: str) -> Select[object]:
        return self.query_one(f"#{id_}", Select)

    @staticmethod
    def _variants(task: Task, subject: str) -> list[tuple[str, str]]:
        return [
            (f"paraphrase {variant}" if variant else "the task's own", variant)
            for variant in task_variants(task, subject)
        ]

    @on(Select.Changed, "#player")
    def _chosen(self, event: Select.Changed) -> None:
        self.query_one("#typed", Input).clear()
        self._switch()

    @on(Select.Changed, "#task")
    def _changed(self, event: Select.Changed) -> None:
        task = find_task(str(event.value))
        with self.prevent(Select.Changed):
            offer(self._select("player"), [(player.name, player.spec) for player in task_players(task)])
        self._switch()

    @on(Input.Changed, "#typed")
    def _switch(self) -> None:
        """Offer the available wordings, and switch off settings that don't apply to this player and task."""
        task, subject = find_task(str(self._select("task").value)), self._subject
        offer(self._select("variant"), self._variants(task, subject))
        model = subject.startswith("llm:")
        for id_ in ("variant", "temperature", "top-p", "exact"):
            self.query_one(f"#{id_}").disabled = not model or (id_ == "exact" and task.length > 1)
        self.query_one("#seed").disabled = subject == HUMAN
        usual, draws = usual_draws(subject, task), self.query_one("#n", Input)
        if draws.value == str(self._usual):
            draws.value = str(usual)
        self._usual = usual

    @on(Button.Pressed, "#draw")
    @on(Input.Submitted)
    def _start(self) -> None:
        try:
            choice = self._read()
        except ArenaError as error:
            self.arena.refuse(error)
            return
        LAST_NUMBERS.keep(choice)
        self.set_focus(self.query_one("#draw"))  # for whoever comes back
        self.app.push_screen(NumbersScreen(choice))

    def _read(self) -> NumbersChoice:
        """The choice. Raises UsageError or InputError if it can't be drawn."""
        task = find_task(str(self._select("task").value))
        spec = parse_agent(self._subject)
        if spec.is_model:
            self.arena.models.entry(spec.argument)
        elif not spec.is_person:
            make_bot(spec, task.as_game(), Seat.SUBJECT)
        seed = whole_number(self.query_one("#seed", Input).value, "the seed")
        draws = whole_number(self.query_one("#n", Input).value, "the draws")
        if draws is None or not 1 <= draws <= MOST_DRAWS:
            raise UsageError(f"the draws must be a whole number from 1 to {MOST_DRAWS:,}")
        temperature, top_p = self._positive("temperature"), self._positive("top-p")
        if top_p > 1:
            raise UsageError("top-p must be a number above 0 and at most 1")
        return NumbersChoice(
            subject=spec.text,
            task=task.name,
            variant=str(self._select("variant").value),
            temperature=temperature,
            top_p=top_p,
            n=draws,
            seed=seed or 0,
            exact=bool(self._select("exact").value),
        )

    def _positive(self, id_: str) -> float:
        try:
            number = float(self.query_one(f"#{id_}", Input).value)
        except ValueError:
            number = math.nan
        if not (0 < number < math.inf):
            raise UsageError(f"{id_} must be a number above 0")
        return number
