"""The skeleton of a prompt in a real browser: spans say more when they are pointed at, and are lit up by a choice."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from arena.experiments.prediction.prompts import NAMED
from arena.reports.folder.files import write_folder
from arena.reports.registry import reports_of
from arena.store import Store
from tests.support.generations import write_generations
from tests.support.planted import planted

pytestmark = pytest.mark.web


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page")
    texts = [" ".join(text) for text in planted(0.7, texts=20)[0]]
    with Store.open(out / "a.db", create=True) as store:
        write_generations(store, {("llm:one", NAMED): texts, ("llm:two", NAMED): texts})
        write_folder(reports_of(store, store.runs()), store.runs(), out)
    return out / "index.html"


def test_spans_say_all_of_their_words_and_the_most_shared_are_lit_up(browser: Browser, page_file: Path) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(page_file.as_uri())
    figure = page.locator("figure", has=page.locator("svg.skeleton")).first
    spans = figure.locator(".anchor")
    assert spans.count() == 6
    more = spans.first.locator(".more").first
    assert not more.is_visible()
    spans.first.focus()
    assert more.is_visible() and "of 20: s0-0 s0-1" in (more.text_content() or "")

    def lit() -> int:
        return int(spans.evaluate_all("(all) => all.filter(one => getComputedStyle(one).opacity === '1').length"))

    counts = []
    for choice in range(4):
        figure.locator(f".level-{choice}").check()
        counts.append(lit())
    held = [int(text) for text in figure.locator(".inside").all_text_contents()]
    assert counts == [6, *(sum(each >= share * 20 for each in held) for share in (0.5, 0.75, 0.9))]
    other = page.locator("figure", has=page.locator("svg.skeleton")).nth(1)
    assert other.locator(".level-0").is_checked(), "each picture has a choice of its own"
    assert said == []
    page.close()
