"""The determinism plot: its letters can be told from its line, however low it is."""

from __future__ import annotations

import asyncio
import re

import pytest
from textual.app import App, ComposeResult

from arena.records import Outcome
from arena.tui.themes import THEMES
from arena.tui.widgets.plot import LETTERS, DeterminismPlot
from tests.support.app import drawn

LINE = "[\N{BRAILLE PATTERN BLANK}-\N{BRAILLE PATTERN DOTS-12345678}]"
OUTCOMES = (Outcome.TIE, Outcome.WIN, Outcome.LOSS)


class Plotted(App[None]):
    """A plot alone."""

    CSS = "DeterminismPlot { height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield DeterminismPlot(1 / 3)

    def on_mount(self) -> None:
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name


@pytest.mark.parametrize("size", [(40, 7), (40, 9), (60, 14)])
@pytest.mark.parametrize("rounds", [10, 20, 60])
def test_no_line_runs_into_a_letter(size: tuple[int, int], rounds: int) -> None:
    app = Plotted()

    async def go() -> None:
        async with app.run_test(size=size) as pilot:
            plot = app.query_one(DeterminismPlot)
            plot.begin(rounds)
            for at in range(rounds):
                plot.add((0.6, 0.9, 0.75)[at % 3], OUTCOMES[at % 3], (0.9, 0.6, 0.5, 0.8)[at % 4])
            await pilot.pause()
            shown = drawn(app)
            letters = "".join(LETTERS.values())
            assert len(re.findall(f"[{letters}]", shown)) >= min(rounds, plot.size.width - 7)
            assert re.search(LINE, shown), "there is no line"
            assert not re.search(f"{LINE}[{letters}]|[{letters}]{LINE}", shown), shown
            assert all(line.count("┃") in (0, 2) for line in shown.splitlines()), "the frame is broken"

    asyncio.run(go())
