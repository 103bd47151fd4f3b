"""The screens of tasks as pictures, at two sizes and in two themes; with bots, a fixed seed and a fixed day."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from arena.backends.loading import Models
from arena.experiments.experiment import carry_out
from arena.experiments.numbers.numbers import plan_numbers
from arena.experiments.numbers.spec import NumbersSpec
from arena.session.numbers_choice import NumbersChoice
from arena.session.progress import Silent
from arena.store import registry
from arena.store.store import Store
from arena.tui.app import ArenaApp
from arena.tui.screens.numbers import NumbersScreen
from arena.tui.screens.numbers_run import NumbersCellScreen, NumbersRunScreen
from tests.support.app import rows, stage, text, until
from tests.support.pictures import SIZES, THEMES, OneDay

MIX = "mix:1=0.05,3=0.2,5=0.15,7=0.4,8=0.1,9=0.1"

pytestmark = [
    pytest.mark.parametrize("size", SIZES),
    pytest.mark.parametrize("theme", THEMES),
]


@pytest.fixture(autouse=True)
def _same_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "datetime", OneDay)


def app_of(store: Path, theme: str, **more: Any) -> ArenaApp:
    app = ArenaApp(store, **more)
    app.theme = theme
    return app


def test_numbers_setup(snap_compare: Any, store: Path, size: str, theme: str) -> None:
    assert snap_compare(app_of(store, theme), terminal_size=SIZES[size], press=["n"])


@pytest.mark.parametrize(
    "choice",
    [NumbersChoice(MIX, n=600), NumbersChoice("uniform", "letters", n=600), NumbersChoice(MIX, "sequences", n=60)],
    ids=["uneven", "even", "sequences"],
)
def test_numbers(snap_compare: Any, store: Path, size: str, theme: str, choice: NumbersChoice) -> None:
    app = app_of(store, theme)

    async def script(pilot: Pilot[None]) -> None:
        app.push_screen(NumbersScreen(choice))
        await until(pilot, lambda: stage(app) == "done" and "· done" in text(app, "title"))
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


def test_numbers_of_a_person(snap_compare: Any, store: Path, size: str, theme: str) -> None:
    app = app_of(store, theme)

    async def script(pilot: Pilot[None]) -> None:
        app.push_screen(NumbersScreen(NumbersChoice("human", n=30)))
        await until(pilot, lambda: stage(app) == "drawing" and "0 of 30" in text(app, "verdict"))
        await pilot.press("4", "enter", *"twelve", "enter", "1")
        await until(pilot, lambda: "'twelve' is rejected" in text(app, "verdict"))

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


@pytest.mark.parametrize("keys", [(), ("enter", "right")], ids=["run", "cell"])
def test_task_run(snap_compare: Any, store: Path, size: str, theme: str, keys: tuple[str, ...]) -> None:
    _draw(store)
    app = app_of(store, theme, follow="")

    async def script(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: isinstance(app.screen, NumbersRunScreen) and rows(app, "task-cells") == 3)
        await pilot.press(*keys)
        if keys:
            await until(pilot, lambda: isinstance(app.screen, NumbersCellScreen) and "fixed:7" in text(app, "title"))
        await until(pilot, lambda: "chance would be" in text(app, "numbers-facts"))
        await pilot.pause()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)


def _draw(store: Path) -> None:
    """A small run of bots."""

    async def draw() -> None:
        models = Models()
        plan = await plan_numbers(NumbersSpec(subjects=("uniform", "fixed:7", MIX), task="integers", n=200), models)
        with Store.open(store, create=True) as opened:
            await carry_out(plan, opened, models, Silent())

    asyncio.run(draw())
