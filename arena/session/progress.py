"""An experiment's progress, on standard error: bars in a terminal, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from arena.experiments.experiment import Cell, Event, Observer, Plan
from arena.reports.words import duration
from arena.text import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINE_SECONDS = 10.0  # between two lines of the plain display
_LINE_STEPS = 10  # the least between two lines, because steps come in bursts
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


class Plain(Silent):
    """A line when a cell begins and ends, and every ten seconds."""

    def __init__(self) -> None:
        self._count = 0
        self._turn = 0
        self._part = ""
        self._steps = ""
        self._said = ""  # the title of the cell whose progress was last given in words

    def turn(self, number: int, count: int) -> None:
        self._part = f"part {number} of {count}, "

    def begins(self, plan: Plan) -> None:
        super().begins(plan)
        self._count, self._turn, self._steps = len(plan.cells), 0, plan.steps

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        self._turn += 1
        self._done = self._before = self._lately = done
        self._total = total
        self._since = self._last = time.monotonic()
        if total:
            self._line(cell, "finished before" if done >= total else f"{total - done} {self._steps} to go")

    def happens(self, cell: Cell, event: Event) -> None:
        if event.words and self._said != cell.spec.key:
            self._said = cell.spec.key
            self.tell(f"{cell.title}: {event.words}")
        if not event.done:
            return
        self._done += event.done
        now = time.monotonic()
        if now - self._last >= _LINE_SECONDS and self._done - self._lately >= _LINE_STEPS:
            rate = (self._done - self._lately) / (now - self._last)
            self._last, self._lately = now, self._done
            text = f"{self._done} of {self._total} {self._steps}, {rate:.0f} {self._steps}/s"
            if rate:
                here = self._total - self._done
                whole = here + (self._count - self._turn) * self._total
                text += f", about {duration(here / rate)} left"
                text += f" of {duration(whole / rate)} for the whole" if whole > here else ""
            self._line(cell, text)

    def cell_ends(self, cell: Cell) -> None:
        if self._done > self._before:
            seconds = time.monotonic() - self._since
            rate = (self._done - self._before) / max(seconds, 1e-9)
            self._line(cell, f"done in {duration(seconds)}, {rate:.0f} {self._steps}/s")

    def _line(self, cell: Cell, text: str) -> None:
        self.tell(f"[{self._part}{self._turn}/{self._count}] {cell.title}: {text}")


class Bars(Silent):
    """A bar per cell, with steps per second and the time left."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, TaskID] = {}
        self._rate: dict[str, tuple[float, int]] = {}
        self._steps = ""

    def begins(self, plan: Plan) -> None:
        super().begins(plan)
        self._steps = plan.steps
        for cell in plan.cells:
            bar = self._progress.add_task(printable(cell.title), total=None, start=False, rate="waiting")
            self._bars[cell.spec.key] = bar

    def tell(self, line: str) -> None:
        self._progress.console.print(printable(line), markup=False, highlight=False)

    def cell_begins(self, cell: Cell, done: int, total: int) -> None:
        bar = self._bars[cell.spec.key]
        self._rate[cell.spec.key] = (time.monotonic(), done)
        self._progress.update(bar, total=total, completed=done, rate="")
        self._progress.start_task(bar)

    def happens(self, cell: Cell, event: Event) -> None:
        bar = self._bars[cell.spec.key]
        if event.words:
            self._progress.update(bar, rate=printable(event.words))
        if not event.done:
            return
        since, before = self._rate[cell.spec.key]
        self._progress.update(bar, advance=event.done)
        seconds = time.monotonic() - since
        if seconds >= _WINDOW_SECONDS:
            completed = self._progress.tasks[bar].completed
            self._progress.update(bar, rate=f"{(completed - before) / seconds:.0f} {self._steps}/s")

    def cell_ends(self, cell: Cell) -> None:
        bar = self._bars[cell.spec.key]
        self._progress.update(bar, completed=self._progress.tasks[bar].total, rate="done")
        self._progress.stop_task(bar)


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
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[rate]:>14}", markup=False),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=Console(stderr=True), expand=True) as progress:
            yield Bars(progress)
