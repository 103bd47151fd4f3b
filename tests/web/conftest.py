"""A real browser, and the app served to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.served import CHROMIUM, chromium, served

Serve = Callable[..., str]


@pytest.fixture(scope="module")  # while it is open, no test of this process could use asyncio: playwright's loop runs
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (on Debian: apt-get install chromium)")
    with chromium() as opened:
        yield opened


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    """Starts `arena web` with some options and gives the addresses that it prints, with their keys, the players' last;
    ends it with Ctrl-C."""
    with ExitStack() as servers:
        yield lambda *options: servers.enter_context(served(tmp_path, *options))


@pytest.fixture
def serve(addresses: Callable[..., list[str]]) -> Serve:
    """The same, with the players' address alone."""
    return lambda *options: addresses(*options)[-1]
