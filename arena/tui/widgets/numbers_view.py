"""A player's draws as a picture: the bars, their meaning in words, the growth of chi-square."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from arena.experiments.numbers.exact import Exact
from arena.session.numbers_words import facts, over_drawn, surprise
from arena.session.tally import Tally
from arena.tui.widgets.chi_square_plot import TRUE_MARK, ChiSquarePlot
from arena.tui.widgets.rounds_plot import CHANCE_MARK
from arena.tui.widgets.value_bars import Bars, ValueBars

_VALUES = 11  # of the existing tasks
_BELOW = 10  # lines that the words and the plot need
_LEAST_BELOW = 8  # with fewer, lesser numbers and the plot are left out
_SLIM = 72  # columns below which the plot is left out too


class NumbersView(Vertical):
    """Bars, words and plot, laid out for the available room."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[Tally, Exact | None, bool] | None = None

    def compose(self) -> ComposeResult:
        yield ValueBars(id="bars")
        with Horizontal(id="numbers-below"):
            yield Static(id="numbers-facts")
            with Vertical(id="numbers-right"):
                yield Static(classes="dim", id="plot-heading")
                yield ChiSquarePlot(id="chi-square")

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        lines = ValueBars.lines(_VALUES, height - _BELOW - 1)
        self.query_one("#bars").styles.height = 1 + lines * _VALUES
        low = height - 1 - lines * _VALUES - 1 < _LEAST_BELOW
        self.set_class(low, "low")
        self.set_class(low or width < _SLIM, "narrow")
        if self._told is not None:
            self.tell(*self._told)

    def fill(self, tally: Tally, exact: Exact | None, follows: bool = False) -> None:
        """Show the bars. `follows`: exact mode's probabilities will follow if they aren't known yet."""
        probabilities = None if exact is None else exact.distribution
        bars = Bars(
            tally.task.values,
            list(tally.drawn.counts),
            list(tally.true.counts),
            tally.wanted * tally.task.length,
            () if probabilities is None and follows else probabilities,
        )
        self.query_one("#bars", ValueBars).show(bars)

    def wait(self, tally: Tally, text: Text) -> None:
        """Say what is happening before anything is drawn."""
        self._told = None
        self.query_one("#numbers-facts", Static).update(text)
        self._plot(tally)

    def tell(self, tally: Tally, exact: Exact | None, person: bool) -> None:
        """Say what the bars show, and plot the growth of chi-square."""
        self._told = tally, exact, person
        text = Text()
        low = self.has_class("low")
        sentences = [sentence for sentence in (over_drawn(tally), surprise(tally)) if sentence]
        text.append("\n".join(sentences) + "\n" * (1 if low else 2), style="bold")
        for what, number, note in facts(tally, exact, person):
            if low and what.startswith(" "):
                continue  # a lesser one
            text.append(f"{what:<15}", style="dim")
            text.append(f"{number:>9} ")
            text.append(f" {note}\n", style="dim")
        self.query_one("#numbers-facts", Static).update(text)
        self._plot(tally)

    def _plot(self, tally: Tally) -> None:
        plot = self.query_one("#chi-square", ChiSquarePlot)
        plot.show(tally.drawn.curve, tally.true.curve, tally.wanted, len(tally.task.values))
        marks = f"{CHANCE_MARK * 2} chance" + (f"  {TRUE_MARK * 2} a true sample" if plot.is_roomy else "")
        self.query_one("#plot-heading", Static).update(f"chi-square: {marks}")
