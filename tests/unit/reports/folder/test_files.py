"""A folder of reports: what is in it is what its manifest and its page say."""

from __future__ import annotations

import csv
import hashlib
import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from arena.errors import InputError
from arena.reports.folder.files import write_folder
from arena.reports.numbers import reported as numbers_reported
from arena.reports.options import ReportSettings
from arena.reports.report import Report
from arena.reports.table import Column, Row, Table
from arena.reports.tournament import reported as games_reported
from tests.support.drawn import all_tasks
from tests.support.played import played, run_of, two_models

HOSTILE = "<script>alert(1)</script>\"'&{{ 7 * 7 }}\u202e\x1b"


class Page(HTMLParser):
    """What a browser would make of a page: its tags with their attributes, its links and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [found[attribute] or "" for _, found in self.tags if attribute in found]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Games and numbers in one folder."""
    out = tmp_path_factory.mktemp("reports") / "out"
    games, tasks = two_models(matches=3), all_tasks()
    reports = [games_reported(games, published=True), numbers_reported(tasks, published=True)]
    settings = ReportSettings(published=True)
    write_folder(reports, [*games.runs, *tasks.runs], out, settings, notes=["Figure 1 is not there, says a note."])
    return out


def test_the_manifest_lists_every_file_by_its_digest_and_every_run(made: Path) -> None:
    manifest = json.loads((made / "manifest.json").read_text())
    listed = {file["name"]: file for file in manifest["files"]}
    assert {path.name for path in made.iterdir()} == {*listed, "manifest.json"}
    for name, file in listed.items():
        data = (made / name).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(data), hashlib.sha256(data).hexdigest()), name
        assert file["what"], name
    assert [run["run"] for run in manifest["runs"]] == ["2026-11-23-1", "2026-01-01-1"]
    assert manifest["runs"][0]["manifest"] == {"machine": "this"}
    assert manifest["asked"]["published"] is True


def test_the_page_needs_nothing_from_elsewhere_and_links_to_files_that_are_there(made: Path) -> None:
    page = Page((made / "index.html").read_text())
    anchors = set(page.values("id"))
    for address in page.values("href"):
        if address.startswith("#"):
            assert unquote(address[1:]) in anchors, address
        elif address != "data:,":
            assert (made / unquote(address)).is_file(), address
    assert len(page.values("src")) == len(list(made.glob("*.svg")))
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.values("src"))
    assert not {"script", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    policy = next(found["content"] or "" for tag, found in page.tags if found.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")


def test_the_page_shows_every_table_note_and_what_is_missing(made: Path) -> None:
    text = Page((made / "index.html").read_text()).text
    for row in csv.reader((made / "table2.md").read_text().splitlines(), delimiter="|"):
        if len(row) > 3 and "---" not in row[2]:
            assert all(cell.strip().replace("\\", "") in text for cell in row), row
    assert "different families" in text and "Figure 1 is not there, says a note." in text
    assert "Figure 5, contests of poems" in text and "Figure 4, " not in text


def test_names_are_data_in_the_page(tmp_path: Path) -> None:
    runs = run_of(played("rps", 1, sharpness=1, matches=2, subject=f"llm:{HOSTILE}"))
    write_folder([games_reported(runs)], runs.runs, tmp_path, notes=[HOSTILE])
    text = (tmp_path / "index.html").read_text()
    assert not set("\x1b\u202e") & set(text)
    page = Page(text)
    assert "script" not in {tag for tag, _ in page.tags}
    assert HOSTILE.replace("\u202e", "\\u202e").replace("\x1b", "\\x1b") in page.text


def test_two_reports_with_a_file_of_one_name_are_refused(tmp_path: Path) -> None:
    def coins(heads: float) -> Report:
        table = Table("coins", "Coins", (Column("heads", "heads"),), (Row("a coin", {"heads": heads}),))
        return Report("coins", "coins", (table,), (), [], {})

    write_folder([coins(0.5), coins(0.5)], (), tmp_path / "alike")
    with pytest.raises(InputError, match=r"each have a file coins\.md"):
        write_folder([coins(0.5), coins(0.6)], (), tmp_path / "apart")
    assert not (tmp_path / "apart").exists()
