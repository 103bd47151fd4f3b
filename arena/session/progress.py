"""An experiment's progress, on standard error: a bar in a terminal, lines elsewhere. Both say how much of the whole
command is done and how long the rest will take (pace.py)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from arena.experiments.experiment import Cell, Event, Observer, Plan
from arena.experiments.past import Shown
from arena.reports.words import duration
from arena.session.pace import Pace
from arena.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINE_SECONDS = 10.0  # between two lines of the plain display
_LINE_STEPS = 10  # the least between two lines, because steps come in bursts
_REDRAW_SECONDS = 0.5  # between two estimates of the time left in a terminal
_MOVE_SECONDS = 0.1  # between two movements of a bar: each takes as long as several rounds of bots
_WINDOW_SECONDS = 1.0  # no rate is shown before this


class Silent(Observer):
    """Shows no progress, only the lines that a person should read."""

    def begins(self, plan: Plan) -> None:
        if plan.only:
            self.tell(f"only {plan.only} are played; `arena merge` joins the parts of a run")

    def turn(self, number: int, count: int) -> None:
        """A part of a suite begins."""

    def tell(self, line: str) -> None:
        """Print a line."""
        print(printable(line), file=sys.stderr, flush=True)


class _Counting(Silent):
    """Counts the steps of the cell that is filled now, and keeps the pace."""

    def __init__(self) -> None:
        self._pace = Pace((), Shown())
        self._count = self._turn = 0
        self._part = self._steps = ""
        self._done = self._before = self._total = 0
        self._since = 0.0

    def expects(self, plans: Sequence[Plan], shown: Shown) -> None:
        self._pace = Pace(plans, shown)

    def turn(self, number: int, count: int) -> None:
        self._part = f"part {number} of {count}, "

    def begins(self, plan: Plan) -> None:
        super().begins(plan)
        self._pace.begins(plan)
        self._count, self._turn, self._steps = sum(map(plan.takes, plan.cells)), 0, plan.steps

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        self._turn += 1
        self._done = self._before = done
        self._total = total
        self._since = time.monotonic()
        self._pace.cell_begins(cell, done, total)

    def happens(self, cell: Cell, event: Event) -> None:
        if event.done:
            self._done += event.done
            self._pace.reached(self._done, self._total)

    def cell_ends(self, cell: Cell) -> None:
        self._pace.cell_ends()
        if self._done > self._before:
            seconds = time.monotonic() - self._since
            self._line(cell, f"done in {duration(seconds)}, {self._rate(self._before, self._since)}")

    def _rate(self, done: int, since: float) -> str:
        """The steps a second since some moment at which so many were done; a minute, where they are rare."""
        rate = (self._done - done) / max(time.monotonic() - since, 1e-9)
        return f"{rate:.0f} {self._steps}/s" if rate >= 1 else f"{60 * rate:.2g} {self._steps}/min"

    def _whole(self) -> str:
        """How far the whole command is."""
        left = self._pace.left()
        return f"{self._pace.share:.0%} of all, {'time left not known yet' if left is None else left}"

    def _line(self, cell: Cell, text: str) -> None:
        self.tell(f"[{self._part}{self._turn}/{self._count}] {cell.title}: {text}")


class Plain(_Counting):
    """A line when a cell begins and ends, and every ten seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._said = ""  # the title of the cell whose progress was last given in words
        self._last, self._lately = 0.0, 0  # when a line was last printed, and what was done then

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        super().cell_begins(cell, done, total)
        self._last, self._lately = self._since, done
        if total:
            self._line(cell, "finished before" if done >= total else f"{total - done} {self._steps} to go")

    def happens(self, cell: Cell, event: Event) -> None:
        super().happens(cell, event)
        if event.words and self._said != cell.spec.key:
            self._said = cell.spec.key
            self.tell(f"{cell.title}: {event.words}")
        now = time.monotonic()
        if event.done and now - self._last >= _LINE_SECONDS and self._done - self._lately >= _LINE_STEPS:
            rate = self._rate(self._lately, self._last)
            self._last, self._lately = now, self._done
            self._line(cell, f"{self._done} of {self._total} {self._steps}, {rate}; {self._whole()}")


class Bars(_Counting):
    """A bar for the cell that is filled now, and one for the whole; a line for each cell that is complete."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._cell: TaskID | None = None
        self._all = progress.add_task("all", total=1.0, rate="")
        self._drawn = self._moved = 0.0

    def tell(self, line: str) -> None:
        self._progress.console.print(printable(line), markup=False, highlight=False)

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        super().cell_begins(cell, done, total)
        self._hide()
        self._cell = self._progress.add_task(printable(cell.title), total=total or None, completed=done, rate="")
        self._draw()

    def happens(self, cell: Cell, event: Event) -> None:
        super().happens(cell, event)
        if self._cell is None:  # exact mode looks before its cell begins
            self._cell = self._progress.add_task(printable(cell.title), total=None, rate="")
        if event.words:
            self._progress.update(self._cell, rate=printable(event.words))
        now = time.monotonic()
        if event.done and now - self._moved >= _MOVE_SECONDS:
            self._moved = now
            self._progress.update(self._cell, completed=self._done)
            if now - self._since >= _WINDOW_SECONDS:
                self._progress.update(self._cell, rate=self._rate(self._before, self._since))
        if now - self._drawn >= _REDRAW_SECONDS:
            self._draw()

    def cell_ends(self, cell: Cell) -> None:
        super().cell_ends(cell)
        self._hide()
        self._draw()

    def _hide(self) -> None:
        if self._cell is not None:
            self._progress.remove_task(self._cell)
            self._cell = None

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        left = self._pace.left()
        said = "" if left is None else str(left)
        self._progress.update(self._all, completed=self._pace.share, description=f"{self._part}all", rate=said)


@contextmanager
def observer(display: str) -> Iterator[Silent]:
    """The observer for `--display`; "auto" is bars in a terminal and lines elsewhere."""
    if display == "auto":
        display = "rich" if sys.stderr.isatty() else "plain"
    if display == "none":
        yield Silent()
    elif display == "plain":
        yield Plain()
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]:>14}", markup=False),
        )
        with Progress(*columns, console=Console(stderr=True), expand=True) as progress:
            yield Bars(progress)
