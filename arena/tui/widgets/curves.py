"""How foreseeable both sides of a show are, round by round, as a curve each, or as histograms over all rounds."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from arena.games import Game
from arena.records import Outcome, Seat
from arena.session.show.board import Board
from arena.session.show.words import Names, sureness
from arena.tui.widgets.histogram import DeterminismHistogram
from arena.tui.widgets.plot import DeterminismPlot
from arena.tui.widgets.rounds_plot import CHANCE_MARK, LINE_MARK


class Curves(Widget):
    """A side whose policy only says what it read of the other has no curve of its own: `only` the others are shown."""

    def __init__(self, game: Game, names: Names, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._game = game
        self._names = names

    def compose(self) -> ComposeResult:
        yield Static(id="legend")
        with Horizontal(id="curves-row"):
            for seat in Seat:
                moves = len(self._game.moves_of(seat))
                with Vertical(id=f"{seat}-curve", classes="curve"):
                    yield Static(Text(self._names[seat]), id=f"{seat}-sureness", classes=f"sureness {seat}")
                    yield DeterminismPlot(1 / moves, id=f"{seat}-plot")
                    yield DeterminismHistogram(moves, id=f"{seat}-histogram")

    def on_mount(self) -> None:
        marks = f"W won  T tied  L lost  {CHANCE_MARK * 2} chance  "
        legend = Content.assemble(marks, (LINE_MARK, "$secondary"), " mean of earlier games")
        self.query_one("#legend", Static).update(legend)
        for histogram in self.query(DeterminismHistogram):
            histogram.display = False

    def only(self, seats: Iterable[Seat]) -> None:
        """Which sides are shown."""
        shown = set(seats)
        for seat in Seat:
            for curve in self.query(f"#{seat}-curve"):  # none, if the screen was left before it was there
                curve.display = seat in shown

    def begin(self, board: Board) -> None:
        """A match begins."""
        for seat in Seat:
            self._plot(seat).begin(board.rounds, board.usual(seat))

    def add(self, board: Board, outcome: Outcome) -> None:
        """The last round, which ended so for the subject."""
        for seat in Seat:
            value = board.value(seat)
            self._plot(seat).add(value, outcome if seat is Seat.SUBJECT else outcome.turned)
            if board.policy(seat) is not None and value is not None:
                self.query_one(f"#{seat}-histogram", DeterminismHistogram).add(value)
            said = Text(sureness(board, seat, self._names), no_wrap=True, overflow="ellipsis")
            self.query_one(f"#{seat}-sureness", Static).update(said)

    def toggle(self) -> None:
        """Histograms instead of curves, or back."""
        for seat in Seat:
            histogram, plot = self.query_one(f"#{seat}-histogram"), self._plot(seat)
            histogram.display, plot.display = plot.display, histogram.display

    def _plot(self, seat: Seat) -> DeterminismPlot:
        return self.query_one(f"#{seat}-plot", DeterminismPlot)
