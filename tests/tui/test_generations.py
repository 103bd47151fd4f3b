"""The generations of a prompt on the screen: from the results down, step by step, at every size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from arena.store import Store, registry
from arena.tui.app import ArenaApp
from arena.tui.screens.generations import GenerationsScreen
from arena.tui.screens.results import ResultsScreen
from arena.tui.widgets.keys_footer import hints
from tests.support.app import drawn, rows, run, text, until
from tests.support.generations import write_generations
from tests.support.pictures import SIZES, THEMES, OneDay

PROMPTS = ("What are tides?", "Tell me a story.")
OPENINGS = ("The tides are caused by the moon", "Tides, in short, come and go")


def generation(number: int) -> str:
    """Ten texts: all end alike, eight open alike, six have the same middle."""
    opening = OPENINGS[0] if number < 8 else f"{OPENINGS[1]} {number}"
    middle = "which pulls at the sea" if number < 6 else f"because of reason {number} alone"
    return f"{opening}, {middle}; note{number} case{number}.\n\nI hope that this helps you!"


@pytest.fixture
def filled(store: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(registry, "datetime", OneDay)
    texts = [generation(number) for number in range(10)]
    short = [f"story {number} is {number} words" for number in range(10)]
    with Store.open(store, create=True) as opened:
        of_prompt = zip(PROMPTS, (texts, short), strict=True)
        both = {(who, prompt): of for prompt, of in of_prompt for who in ("llm:a", "llm:b")}
        write_generations(opened, both)
    return store


def lit(app: ArenaApp) -> set[str]:
    """The stretches of the texts that are reversed: those of the present step."""
    shown = app.screen.query_one("#texts", Static).content
    return {shown.plain[span.start : span.end] for span in shown.spans if "reverse" in str(span.style)}


def keys(app: ArenaApp) -> set[str]:
    return {hint.shown for hint in hints(app.screen)}


async def aligned(pilot: Pilot[None], app: ArenaApp) -> None:
    await until(pilot, lambda: isinstance(app.screen, GenerationsScreen) and bool(app.screen.query("#span-line")))
    await until(pilot, lambda: "anchors" in text(app, "span-line"))
    await pilot.pause()


@pytest.mark.parametrize("size", [(80, 24), (60, 18), (120, 40)])
def test_from_the_results_down_to_the_least_shared_span(filled: Path, size: tuple[int, int]) -> None:
    app = ArenaApp(filled)

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, ResultsScreen) and rows(app, "runs") == 1)
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.screen.query("#tables")))
        await pilot.press("g")
        await aligned(pilot, app)
        assert "prompt 1 of 2" in text(app, "title") and text(app, "prompt-line") == PROMPTS[0]
        assert "p" not in keys(app) and "n" in keys(app)
        steps = []
        while "n" in keys(app):
            await pilot.press("n")
            await pilot.pause()
            steps.append((text(app, "span-line").split(" hold")[0], lit(app)))
        assert steps == [
            ("span 1 of 3 · 10 of 10", {"I hope that this helps you!"}),
            ("span 2 of 3 · 8 of 10", {"The tides are caused by the moon,"}),
            ("span 3 of 3 · 6 of 10", {"which pulls at the sea;"}),
        ]
        assert all(line in drawn(app) for line in ("which pulls", "6 of 10 hold it", "of text in anchors"))
        await pilot.press("p")
        await pilot.pause()
        assert "span 2 of 3" in text(app, "span-line")
        await pilot.press("w")
        await pilot.pause()
        assert "I hope" in drawn(app) and lit(app) == {"The tides are caused by the moon,"}

    run(app, script, size)


def test_other_prompts_and_models_and_the_palette(filled: Path) -> None:
    app = ArenaApp(filled)

    async def script(pilot: Pilot[None]) -> None:
        app.action_open("Generations")
        await aligned(pilot, app)
        await pilot.press("n", "right")
        await until(pilot, lambda: "no stretch of three words" in text(app, "span-line"))
        assert text(app, "prompt-line") == PROMPTS[1] and "n" not in keys(app) and "→" not in keys(app)
        await pilot.press("m")
        await until(pilot, lambda: "llm:b ·" in text(app, "title") and "anchors" in text(app, "span-line"))
        assert text(app, "prompt-line") == PROMPTS[1]
        await pilot.press("left")
        await until(pilot, lambda: "all 3 spans" in text(app, "span-line"))

    run(app, script)


def test_a_store_without_generations_says_what_to_do(store: Path) -> None:
    app = ArenaApp(store)

    async def script(pilot: Pilot[None]) -> None:
        app.action_open("Generations")
        await until(pilot, lambda: bool(app.screen.query("#span-line")))
        await until(pilot, lambda: "`arena anchors` draws them" in text(app, "span-line"))
        await pilot.press("n", "w", "m", "right")
        assert not {"n", "p", "m", "w"} & keys(app)

    run(app, script)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("press", ["", "n", "nnw"], ids=["all", "step", "whole"])
def test_picture(snap_compare: Any, filled: Path, size: str, theme: str, press: str) -> None:
    app = ArenaApp(filled)
    app.theme = theme

    async def script(pilot: Pilot[None]) -> None:
        app.action_open("Generations")
        await aligned(pilot, app)
        await pilot.press(*press)
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)
