"""A show: a model against the mind-reader, one match after another, at a chosen speed."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import ClassVar

import numpy as np
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from arena.concurrency import aside
from arena.experiments.tournament.sitting import Sitting
from arena.games import Game, equilibrium, parse_game
from arena.records import Outcome, Round
from arena.reports.tournament.measures import NET
from arena.reports.words import between
from arena.session.choice import Choice
from arena.session.pairing import Prepared
from arena.session.preferences import SPEEDS
from arena.session.seats import display_name
from arena.stats.clusters import mean
from arena.tui.screens.base import PairingScreen
from arena.tui.widgets.histogram import DeterminismHistogram
from arena.tui.widgets.keys_footer import KeysFooter
from arena.tui.widgets.letters import ROWS, block
from arena.tui.widgets.plot import DeterminismPlot
from arena.tui.widgets.rounds import move_names

_BREATH = 0.01  # seconds between two rounds at full speed, so that the screen can be drawn
_LOW = 20
_FEWEST = 5  # with fewer matches an interval says nothing yet


class SpectateScreen(PairingScreen):
    """Matches of the subject against the opponent, for an audience."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Pause"),
        Binding("full_stop", "step", "Step", key_display="."),
        Binding("plus,equals_sign", "speed(1)", "Faster", key_display="+"),
        Binding("minus", "speed(-1)", "Slower", key_display="-"),
        Binding("b", "big", "Big"),
        Binding("h", "histogram", "Histogram"),
        Binding("escape", "leave", "Lobby"),
    ]

    def __init__(self, choice: Choice) -> None:
        super().__init__(choice)
        self._game = parse_game(choice.game)
        self._names = display_name(choice.subject), display_name(choice.opponent)
        self._speed = 0
        self._go = asyncio.Event()
        self._go.set()
        self._nudge = asyncio.Event()  # a key was pressed: stop waiting
        self._single = False
        self._match = 0
        self._sums = np.zeros(choice.rounds)  # of determinism, per round number, over earlier matches
        self._counts = np.zeros(choice.rounds)
        self._rounds: list[Round] = []
        self._nets: list[float] = []  # each match's sum of payoffs
        self._last: Round | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="title", classes="title")
        with Horizontal(id="stage"):
            yield Static(id="move", classes="subject")
            yield Static(id="verb")
            yield Static(id="reply", classes="opponent")
        yield Static(id="spectate-line")
        with Vertical(id="spectate-plot"):
            yield DeterminismPlot(1 / len(self._game.moves), id="plot")
            yield DeterminismHistogram(len(self._game.moves), id="histogram")
        yield Static(id="net")
        yield KeysFooter()

    def on_mount(self) -> None:
        kept = self.arena.preferences.speed
        self._speed = min(range(len(SPEEDS)), key=lambda index: abs(SPEEDS[index] - kept))
        self.query_one("#histogram").display = False
        self._say_title()
        plot = self.query_one("#plot", DeterminismPlot)
        self.call_after_refresh(plot.begin, self.choice.rounds)
        self.query_one("#spectate-line", Static).update(Text(f"loading {self._names[0]} …", style="dim"))

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "low")
        self._show_last()

    def show_progress(self, line: str) -> None:
        """Show a step of loading the model."""
        self.query_one("#spectate-line", Static).update(Text(line, style="dim"))

    async def sit(self, prepared: Prepared, sitting: Sitting) -> None:
        """Play match after match."""
        self._limit = await aside(_prepare, self._game)
        while True:
            self._begin_match()
            async with aclosing(sitting.play()) as rounds:
                async for played in rounds:
                    self._show_round(played)
                    await self._wait()
            self._end_match()

    async def _wait(self) -> None:
        """Wait until the next round is due: the chosen speed, a pause, a single step."""
        if self._single:
            self._single = False
            self._go.clear()
            self._say_title()
        speed = SPEEDS[self._speed]
        self._nudge.clear()
        if self._go.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudge.wait(), 1 / speed if speed else _BREATH)
        await self._go.wait()

    def _begin_match(self) -> None:
        self._match += 1
        self._rounds = []
        played = self._counts > 0
        past = self._sums[played] / self._counts[played]
        self.query_one("#plot", DeterminismPlot).begin(self.choice.rounds, past.tolist())
        self._say_title()

    def _show_round(self, played: Round) -> None:
        self._rounds.append(played)
        self._last = played
        policy = played.subject.policy
        determinism = None if policy is None else policy.determinism
        self.query_one("#plot", DeterminismPlot).add(determinism, played.outcome)
        if determinism is not None:
            self._sums[played.number - 1] += determinism
            self._counts[played.number - 1] += 1
            self.query_one("#histogram", DeterminismHistogram).add(determinism)
        self._show_last()
        self._say_title()

    def _end_match(self) -> None:
        self._nets.append(float(sum(int(played.outcome) for played in self._rounds)))
        count = len(self._nets)
        net = 100 * sum(self._nets) / (count * self.choice.rounds)
        text = f"net {net:+z.1f}"
        if count >= _FEWEST:
            nets = 100 * np.array(self._nets) / self.choice.rounds
            interval = mean(nets, np.arange(count), NET).interval
            assert interval is not None
            text += f"  (95%: {between(*interval)})"
        text += f"      perfect play would score {self._limit:+z.1f}"
        self.query_one("#net", Static).update(Text(text))

    # --- what is shown ---

    def _say_title(self) -> None:
        speed = SPEEDS[self._speed]
        pace = "paused" if not self._go.is_set() else f"{speed:g} rounds/s" if speed else "full speed"
        number = len(self._rounds)
        at = f"game {max(1, self._match)} · round {number} of {self.choice.rounds} · {pace}"
        text = f"{self._game.title} · {at} · {self._names[0]} against {self._names[1]}"
        self.query_one("#title", Static).update(Text(text))

    def _show_last(self) -> None:
        if self._last is None:
            return
        move, reply = move_names(self._game, self._last)
        big = self.has_class("big")
        room = max(10, self.size.width // 3 - 2)
        for id_, who, word in (("move", self._names[0], move), ("reply", self._names[1], reply)):
            text = Text(no_wrap=True)
            shown = block(word, room) if big or self.size.height >= _LOW else word.upper()
            text.append(f"{who}\n", style="dim")
            text.append(shown + ("" if "\n" in shown else "\n" * (ROWS // 2)), style="bold")
            self.query_one(f"#{id_}", Static).update(text)
        verb = {Outcome.WIN: "beats", Outcome.TIE: "ties", Outcome.LOSS: "loses to"}[self._last.outcome]
        self.query_one("#verb", Static).update(Text(f"\n\n{verb}", style="bold"))
        policy = self._last.subject.policy
        if policy is not None:
            line = (
                f"how sure the reader was: {policy.determinism:.0%}      "
                f"chance would be {1 / len(self._game.moves):.0%}"
            )
            self.query_one("#spectate-line", Static).update(Text(line, style="bold" if big else ""))

    # --- keys ---

    def action_pause(self) -> None:
        """Pause or resume."""
        if self._go.is_set():
            self._go.clear()
        else:
            self._go.set()
        self._nudge.set()
        self._say_title()

    def action_step(self) -> None:
        """Play a single round, then pause."""
        self._single = True
        self._go.set()
        self._nudge.set()

    def action_speed(self, step: int) -> None:
        """Make the show faster or slower."""
        self._speed = min(len(SPEEDS) - 1, max(0, self._speed + step))
        self._nudge.set()
        self._say_title()

    def action_big(self) -> None:
        """Switch to large type, for the back of a room, or back."""
        self.toggle_class("big")
        self.query_one("#stage").toggle_class("big")
        self._show_last()

    def action_histogram(self) -> None:
        """Show the distribution of determinism over all rounds so far, or the rounds of this match."""
        histogram, plot = self.query_one("#histogram"), self.query_one("#plot")
        histogram.display, plot.display = plot.display, histogram.display


def _prepare(game: Game) -> float:
    """The score of perfect play. Loads scipy for this and for the intervals, which takes a moment."""
    mean(np.zeros(2), np.arange(2), NET)
    return equilibrium(game).net
