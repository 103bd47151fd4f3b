"""What leaves tells nothing of authors, and texts in it are texts: in the page, and in the table."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from arena.errors import UsageError
from arena.experiments.poems.contests import Contests
from arena.experiments.poems.elsewhere.page import judging_page
from arena.experiments.poems.elsewhere.sheets import sheets_of
from arena.experiments.poems.elsewhere.table import write_table
from arena.experiments.poems.lots import LotsSpec
from tests.support.judging import HOSTILE, contest_at, shown


@pytest.fixture
def contests(tmp_path: Path) -> Contests:
    return contest_at(tmp_path / "a.db", LotsSpec(topics=("coffee",), axes=("originality", "preference")))


class _Scripts(HTMLParser):
    """The scripts of a page as a browser finds them, and its other elements."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.tags: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag == "script"
        if self._inside:
            assert "src" not in dict(attrs)
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = False


def test_texts_come_through_the_page_as_texts(contests: Contests) -> None:
    page = judging_page(contests.key, sheets_of(contests))
    found = _Scripts()
    found.feed(page.html)
    data, script = found.scripts
    texts = list(json.loads(data)["texts"].values())
    assert len(texts) == 15 + 2, "poems have one name on both axes, and each contest has a bag of its own"
    assert all(list(shown(lines)) in texts for lines in HOSTILE)
    assert "img" not in found.tags and "link" not in found.tags
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert page.policy.startswith("default-src 'none';") and f"script-src 'sha256-{digest}'" in page.policy
    assert "unsafe" not in page.policy and "http" not in page.policy and page.policy in page.html
    assert not re.findall(r"https?://(?!example\.com)", page.html)


def test_texts_come_through_the_table_as_texts(contests: Contests) -> None:
    file = io.BytesIO()
    write_table(file, contests.key, sheets_of(contests))
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode(), newline="")))
    assert len(rows) == sum(len(contest.showings) for contest in contests.contests)
    cells = [row[side] for row in rows for side in ("left", "right")]
    for lines in HOSTILE:
        text = "\n".join(shown(lines))
        assert (f"'{text}" if text[0] in "=+-@" else text) in cells
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())


def test_nothing_that_leaves_names_an_author_a_repeat_or_the_control(contests: Contests) -> None:
    sheets = sheets_of(contests)
    file = io.BytesIO()
    write_table(file, contests.key, sheets)
    left = file.getvalue().decode() + judging_page(contests.key, sheets).html
    told = ["llm:", "human:", "control", '"again"', "bag", contests.run.name]
    for author in contests.contests[0].authors:
        told += [author.subject, author.cell, author.run]
    assert not [word for word in told if word in left]


def test_names_are_opaque_and_the_order_is_not_that_of_the_store(contests: Contests) -> None:
    sheets = sheets_of(contests)
    names = [pair.name for sheet in sheets for pair in sheet.pairs]
    assert len(set(names)) == len(names) and all(re.fullmatch("[0-9a-f]{10}", name) for name in names)
    for sheet in sheets:
        firsts = [pair.number for pair in sheet.pairs if sheet.contest.showings[pair.number].kind != "again"]
        assert firsts != sorted(firsts) and sorted(pair.number for pair in sheet.pairs) == list(range(len(sheet.pairs)))


def test_contests_are_chosen_by_topic_and_axis(contests: Contests) -> None:
    assert [sheet.contest.name for sheet in sheets_of(contests, axes=["preference"])] == ["coffee: preference"]
    with pytest.raises(UsageError, match="did you mean 'coffee'"):
        sheets_of(contests, topics=["cofee"])
    with pytest.raises(UsageError, match="have no axis 'pleasantness'"):
        sheets_of(contests, axes=["pleasantness"])
