"""The screens of judging as pictures, at two sizes, with poems that are hand-made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from arena.experiments.poems.lots import LotsSpec
from arena.session.judging import JudgeChoice
from arena.store import registry
from arena.tui.app import ArenaApp
from tests.support.judging import contest_at
from tests.support.pictures import SIZES, OneDay

SHORT = LotsSpec(topics=("coffee",), axes=("preference",), per_author=2, appearances=2, again=2)


@pytest.mark.parametrize("size", SIZES)
def test_a_pair(snap_compare: Any, store: Path, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "datetime", OneDay)
    contest_at(store, SHORT, hostile=False)
    app = ArenaApp(store, judge=JudgeChoice("Ann"))

    async def script(pilot: Pilot[None]) -> None:
        await pilot.press("enter", "left", "right")

    assert snap_compare(app, terminal_size=SIZES[size], run_before=script)
