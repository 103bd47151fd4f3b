"""The page for judging poems in a real browser: a whole contest by keys and by touch, answers that outlive a reload,
and nothing loaded from anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from arena.errors import ExitCode
from arena.experiments.poems.contests import Contests
from arena.experiments.poems.judgement import Choice
from arena.experiments.poems.lots import LotsSpec
from tests.support.commands import arena, complaint
from tests.support.judging import HOSTILE, contest_at, judged, preferred, recovered, shown
from tests.web.conftest import Serve

pytestmark = pytest.mark.web

DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
SHORT = LotsSpec(topics=("coffee",), axes=("originality", "preference"), per_author=2, appearances=2, again=2)
PLACES = {Choice.LEFT: ("#left", "#first-key"), Choice.RIGHT: ("#right", "#second-key"), Choice.TIE: ("#tie", "#tie")}
KEYS = {Choice.LEFT: "ArrowLeft", Choice.RIGHT: "ArrowRight", Choice.TIE: "="}


# which part of the page is visible, and the lines of both poems
SHOWN = """() => [
  document.querySelector("main > form:not([hidden]), main > section:not([hidden])").id,
  ...["left", "right"].map((side) => [...document.querySelectorAll(`#${side} .verse`)].map((line) => line.textContent)),
]"""


class Sitting:
    """A judge at the page. Whatever it asks of a network, and whatever fails, is noted."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.failed: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.failed.append(str(error)))
        self.page.on("console", lambda message: self.failed.append(message.text))
        self.page.goto(address)
        self.touches = bool(self.page.evaluate("navigator.maxTouchPoints"))

    def press(self, selector: str) -> None:
        if self.touches:
            self.page.tap(selector)
        else:
            self.page.click(selector)

    def begin(self, name: str = "Ann") -> None:
        self.page.fill("#name", name)
        self.press("#start button")

    @property
    def at(self) -> str:
        """Which part of the page is shown."""
        return str(self.page.evaluate(f"({SHOWN})()[0]"))

    def texts(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        _, left, right = self.page.evaluate(SHOWN)
        return tuple(left), tuple(right)

    def judge(self, most: int = 1000) -> int:
        """Judge by the rule until all is done, or so many pairs: by keys, or by touch where there is no keyboard."""
        done = 0
        while done < most:
            at, left, right = self.page.evaluate(SHOWN)
            if at == "done":
                break
            if at == "card":
                self.press("#read")
                continue
            choice = preferred("".join(left), "".join(right))
            if self.touches:
                self.page.tap(PLACES[choice][done % 2])  # taps on one place in a row would be a double tap
            else:
                self.page.keyboard.press(KEYS[choice])
            done += 1
        return done

    def save(self, folder: Path) -> Path:
        with self.page.expect_download() as download:
            self.press("#save")
        file = folder / download.value.suggested_filename
        download.value.save_as(file)
        return file


Sit = Callable[[dict[str, Any], str], Sitting]


@pytest.fixture
def sit(browser: Browser) -> Iterator[Sit]:
    contexts = []

    def begin(device: dict[str, Any], address: str) -> Sitting:
        contexts.append(browser.new_context(offline=address.startswith("file:"), **device))
        return Sitting(contexts[-1], address)

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


def exported(store: Path, spec: LotsSpec | None = None, real: bool = False) -> tuple[Contests, str]:
    contests = contest_at(store, spec, real=real)
    file = store.with_name("judge.html")
    arena("poems", "export", "--store", store, "--out", file)
    return contests, file.as_uri()


@pytest.mark.parametrize(
    "device",
    [pytest.param(DESK, marks=pytest.mark.slow, id="desktop by keys"), pytest.param(PHONE, id="phone by touch")],
)
def test_a_whole_contest_recovers_the_rule(sit: Sit, store: Path, device: dict[str, Any]) -> None:
    contests, address = exported(store, real=True)
    (contest,) = contests.contests
    sitting = sit(device, address)
    assert sitting.touches is (device is PHONE)
    sitting.begin()
    assert sitting.judge() == len(contest.showings)
    file = sitting.save(store.parent)
    assert file.name == "judgements-Ann.json"
    said = arena("poems", "import", file, "--store", store, "--judge", "Ann").stderr
    assert f"Ann: {len(contest.showings)} judgements are new" in said
    assert recovered(store)[contest.name] > 0.9
    assert sitting.asked == [address] and not sitting.failed


def test_answers_outlive_a_reload_and_can_be_taken_back(sit: Sit, store: Path) -> None:
    _, address = exported(store, SHORT)
    sitting = sit(DESK, address)
    sitting.begin()
    assert sitting.judge(4) == 4
    before = sitting.texts()
    sitting.page.reload()
    assert sitting.page.input_value("#name") == "Ann"
    sitting.begin()
    sitting.press("#read")
    assert sitting.texts() == before and "4 of" in sitting.page.inner_text("#count")
    sitting.page.keyboard.press("u")
    assert "3 of" in sitting.page.inner_text("#count") and sitting.texts() != before
    half = json.loads(sitting.save(store.parent).read_text())
    assert len(half["answers"]) == 3
    sitting.judge()
    file = sitting.save(store.parent)
    sitting.page.keyboard.press("u")
    assert sitting.at == "pair"
    document = json.loads(arena("poems", "import", file, "--store", store, "--json").stdout)
    assert document["judges"][0]["judged"] == document["judges"][0]["pairs"]
    file.write_text(file.read_text().replace('"choice": "left"', '"choice": "right"', 1))
    assert "has been changed since" in complaint("poems", "import", file, "--store", store, code=ExitCode.INPUT)


def test_each_judge_has_an_order_and_answers_of_their_own(sit: Sit, store: Path) -> None:
    _, address = exported(store)
    sitting = sit(DESK, address)
    seen = {}
    for name in ("Ann", "Bob", "Ann"):
        sitting.begin(name)
        sitting.press("#read")
        assert "0 of" in sitting.page.inner_text("#count")
        assert seen.setdefault(name, sitting.texts()) == sitting.texts()
        sitting.page.reload()
    assert seen["Ann"] != seen["Bob"]


def test_hostile_texts_are_read_as_texts(sit: Sit, store: Path) -> None:
    """Also where they are set from right to left, on a phone; nothing is wider than the screen."""
    _, address = exported(store, LotsSpec(topics=("coffee",), axes=("preference",), per_author=2, appearances=2))
    sitting = sit(PHONE, address)
    sitting.begin()
    sitting.press("#read")
    seen: set[tuple[str, ...]] = set()
    taps = 0
    while sitting.at == "pair":
        seen |= set(sitting.texts())
        assert sitting.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        taps += 1
        sitting.page.tap(("#left", "#first-key")[taps % 2])
    assert {shown(lines) for lines in HOSTILE} <= seen
    assert sitting.page.title() == "Which poem?" and not sitting.failed


def test_the_page_says_if_nothing_can_be_kept(sit: Sit, store: Path) -> None:
    _, address = exported(store, SHORT)
    sitting = sit(DESK, address)
    sitting.page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
    sitting.page.reload()
    assert sitting.page.is_visible("#unkept")
    sitting.begin()
    assert sitting.judge(2) == 2 and not sitting.failed


def test_judges_on_the_network_get_the_page_and_nothing_else(serve: Serve, sit: Sit, store: Path) -> None:
    contest_at(store, SHORT)
    address = serve("--judges", "--store", str(store))
    sitting = sit(PHONE, address)
    assert "key=" not in sitting.page.url
    sitting.begin("Zoë")
    sitting.judge()
    arena("poems", "import", sitting.save(store.parent), "--store", store)
    assert list(judged(store)) == ["human:Zoë"]
    place = f"http://{urlsplit(address).netloc}"
    answer = sitting.page.request.get(f"{place}/")
    policy = answer.headers["content-security-policy"]
    assert re.match(r"default-src 'none'; script-src 'sha256-[^']+'; .*frame-ancestors 'none'", policy)
    assert sitting.page.request.get(f"{place}/ws").status == 404
    stranger = sit(DESK, f"{place}/")
    assert "the key to this page" in stranger.page.inner_text("body")
    assert not [url for url in sitting.asked if not url.startswith(place)] and not sitting.failed
