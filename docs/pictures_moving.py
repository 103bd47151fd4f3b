"""The README's moving picture, made from the app itself: a person is read, and two models meet on a stage. Needs both
small models and Chromium, which draws the letters."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image
from playwright.async_api import Page, async_playwright
from textual.pilot import Pilot

from arena.session.choice import Choice
from arena.session.show import clock
from arena.tui.app import ArenaApp
from arena.tui.screens.ending import EndingScreen
from arena.tui.screens.lobby import LobbyScreen
from arena.tui.widgets.large import Large
from tests.support.app import my_turn, text, until
from tests.support.served import CHROMIUM

GEMMA, SMOLLM = "llm:gemma-3-270m", "llm:smollm2-135m-instruct"
FILE: Final = Path(__file__).parent / "app.gif"
WIDTH: Final = 820  # pixels
COLOURS: Final = 48
MOVES: Final = "pprpprpprppr"


class Frame(NamedTuple):
    """A picture of the screen, and how long it stays, in milliseconds."""

    svg: str
    stays: int


class Film:
    """The frames so far."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    async def take(self, pilot: Pilot[None], stays: int) -> None:
        """Take a picture of the screen once it is drawn."""
        await pilot.pause(0.1)
        self.frames.append(Frame(pilot.app.export_screenshot(title="Arena"), stays))


async def read(film: Film, store: Path) -> None:
    """From the lobby into ten rounds in which a person is read, and the card at their end."""
    app = ArenaApp(store, lobby=Choice("rps", "human", "markov:2", len(MOVES), 3))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "ready" in text(app, "models"))
        await film.take(pilot, 2200)
        await pilot.press("i")
        for number, key in enumerate(MOVES, 1):
            await until(pilot, lambda number=number: my_turn(app) and f"round {number} of" in text(app, "title"))  # type: ignore[misc]
            await film.take(pilot, 1700 if number < 4 else 1200)
            await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, EndingScreen))
        await film.take(pilot, 5000)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, LobbyScreen))


async def duel(film: Film, store: Path) -> None:
    """The two small models meet: a card, some rounds after their countdown, and the same in large type."""
    clock.SPEEDS = (1e-6,) * 7  # nothing goes on by itself
    clock._LONGEST_CARD = clock._LONGEST_BEAT = 1e6  # type: ignore[misc]
    app = ArenaApp(store, start=Choice("rps", GEMMA, SMOLLM, 20, 3), watch=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.has_class("card"), 300)
        await pilot.press("space")
        await until(pilot, lambda: "paused" in text(app, "title"))
        await film.take(pilot, 2000)
        for number in range(1, 11):
            if number == 7:
                await pilot.press("b")
            await pilot.press("full_stop")
            await until(pilot, lambda: app.screen.query_one("#verdict", Large).text == "3")
            if number in (1, 7):
                for beat in range(3):
                    await film.take(pilot, 500)
                    await pilot.press(*["plus"] * (beat < 2))  # to the next number
            await pilot.press("full_stop")
            await until(pilot, lambda number=number: f"round {number} of" in text(app, "title"))  # type: ignore[misc]
            await film.take(pilot, 1300)


async def drawn(frame: Frame, page: Page) -> Image.Image:
    """The frame in pixels."""
    await page.set_content(f"<style>body {{ margin: 0 }}</style>{frame.svg}")
    found = await page.locator("svg").first.screenshot()
    with Image.open(BytesIO(found)) as picture:
        height = round(picture.height * WIDTH / picture.width)
        return picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)


async def main() -> None:
    """Make it."""
    film = Film()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
            os.environ[name] = folder
        await read(film, Path(folder) / "read.db")
        await duel(film, Path(folder) / "duel.db")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 1400, "height": 900})
        pictures = [await drawn(frame, page) for frame in film.frames]
        await browser.close()
    save(pictures, [frame.stays for frame in film.frames])
    print(f"{FILE.name}: {len(pictures)} pictures, {FILE.stat().st_size / 1000:.0f} kB", file=sys.stderr)


def save(pictures: list[Image.Image], stays: list[int]) -> None:
    """Write them in colours that all of them share, so that what doesn't change isn't stored again."""
    together = Image.new("RGB", (WIDTH, sum(picture.height for picture in pictures)))
    at = 0
    for picture in pictures:
        together.paste(picture, (0, at))
        at += picture.height
    palette = together.quantize(COLOURS)
    first, *others = (picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures)
    first.save(FILE, save_all=True, append_images=others, duration=stays, loop=0, optimize=True, disposal=1)


if __name__ == "__main__":
    asyncio.run(main())
