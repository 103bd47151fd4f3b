"""Pictures of the app in a browser, on a phone that is touched and on a desktop: `make pictures`. Needs both small
models and Chromium."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser

from tests.support.served import DESK, LARGE_PHONE, chromium, served
from tests.support.viewer import Viewer, phone_of

FOLDER: Final = Path(__file__).parent
DUEL: Final = ("--show", "--game=rps", "--subject=llm:gemma-3-270m", "--opponent=llm:smollm2-135m-instruct")
READ: Final = ("--game=rps", "--subject=human", "--opponent=markov:2", "--rounds=12", "--seed=3")
MOVES: Final = ("paper", "paper", "rock") * 4
COLOURS: Final = 64

Do = Callable[[Viewer, str], None]


def take(viewer: Viewer, name: str) -> None:
    """Take a picture of the page, in as many colours as it needs."""
    viewer.page.wait_for_timeout(700)
    path = FOLDER / f"browser-{name}.png"
    viewer.page.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", file=sys.stderr)


def read(viewer: Viewer, device: str, do: Do) -> None:
    """A person is read, to the card at the end."""
    for number, move in enumerate(MOVES, 1):
        viewer.until(lambda shown, number=number: f"round {number}: it expects" in shown)  # type: ignore[misc]
        if number == 8:
            take(viewer, f"{device}-reads-you")
        do(viewer, move)
    viewer.until(lambda shown: "Perfect play" in shown)
    take(viewer, f"{device}-ending")


def duel(viewer: Viewer, device: str, do: Do) -> None:
    """Two models meet, and large type."""
    viewer.until(lambda shown: "round 5 of" in shown)
    do(viewer, "Pause")
    take(viewer, f"{device}-duel")
    do(viewer, "Big")
    take(viewer, f"{device}-large")


def touch(viewer: Viewer, what: str) -> None:
    """With a finger."""
    viewer.tap(what)


def press(viewer: Viewer, what: str) -> None:
    """With a key."""
    viewer.press({"Pause": "Space", "Big": "b"}.get(what, what[0]))


@contextmanager
def opened(browser: Browser, device: str) -> Iterator[Viewer]:
    """A phone or a desktop."""
    width, height = DESK
    viewer = (
        phone_of(browser, LARGE_PHONE)
        if device == "phone"
        else Viewer(browser.new_page(viewport={"width": width, "height": height}))
    )
    yield viewer
    viewer.page.context.close()


def main() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        os.environ["XDG_CONFIG_HOME"] = folder
        for words, scene in ((READ, read), (DUEL, duel)):
            for device, do in (("phone", touch), ("desktop", press)):
                with served(Path(folder), *words) as addresses, opened(browser, device) as viewer:
                    viewer.page.goto(addresses[-1])
                    scene(viewer, device, do)


if __name__ == "__main__":
    main()
