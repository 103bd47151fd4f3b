"""The page of a folder of reports in a real browser: opened from the disk, on a desk and on a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from arena.reports.folder.files import write_folder
from arena.reports.numbers import reported as numbers_reported
from arena.reports.tournament import reported as games_reported
from tests.support.drawn import all_tasks
from tests.support.played import played, run_of

pytestmark = pytest.mark.web

LONG = "llm:llama.cpp:/models/" + "a-very-long-folder/" * 6 + "Model-Q4_K_M.gguf"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("page")
    games, tasks = run_of(played("rps", 1, sharpness=1, matches=3, subject=LONG)), all_tasks()
    reports = [games_reported(games, published=True), numbers_reported(tasks, published=True)]
    write_folder(reports, [*games.runs, *tasks.runs], out)
    return out / "index.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_it_opens_without_a_complaint_and_fits(browser: Browser, page_file: Path, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: request.url.startswith(("file:", "data:")) or said.append(request.url))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # only tables and figures scroll sideways
    assert page.evaluate("[...document.images].length > 5 && [...document.images].every(one => one.naturalWidth > 0)")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground.strip("rgb()").split(","))) < 200) == (scheme == "dark")  # the policy lets the style in
    assert said == []
    page.close()
