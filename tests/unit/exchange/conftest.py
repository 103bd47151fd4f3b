"""A store with texts that look like markup, for every test of exchange."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.store import Store
from tests.support.markup_run import fill


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "arena.db"
    fill(path)
    with Store.open(path) as opened:
        yield opened
