"""`arena tournament --exact` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from arena.errors import ExitCode
from tests.support.commands import GEMMA, arena, complaint

MIX = "mix:rock=0.5,paper=0.3,scissors=0.2"


def test_a_bot_is_what_arithmetic_says(tmp_path: Path) -> None:
    """Paper, the greedy reply, loses to scissors alone."""
    options = ("--rounds", "4", "--games", "60", "--store", tmp_path / "a.db")
    command = ("tournament", "--subject", MIX, "--exact", *options)
    (cell,) = json.loads(arena(*command, "--json").stdout)["cells"]
    assert cell["exact"]
    for key in ("net", "expected_net"):
        assert cell[key] == pytest.approx(-30.0, abs=1e-9)
    assert cell["exploitability"] == pytest.approx(30.0, abs=1e-9)
    assert (cell["wins"], cell["ties"], cell["losses"]) == pytest.approx((20.0, 30.0, 50.0), abs=1e-9)
    assert cell["net_bound_ci"] == pytest.approx([-30.0, -30.0], abs=1e-9)
    again = arena(*command).stdout
    assert "exact" in again and "-30.0" in again
    assert "finished" in arena("runs", "--store", tmp_path / "a.db").stdout


def test_readers_of_a_bot_make_a_ladder(tmp_path: Path) -> None:
    store, out = tmp_path / "a.db", tmp_path / "out"
    readers = [part for name in ("uniform", "frequency", "greedy", "ideal:net") for part in ("--opponent", name)]
    arena("tournament", "--subject", MIX, "--exact", "--rounds", "3", *readers, "--store", store)
    arena("report", "--store", store, "--out", out)
    names = {file.name for file in out.rglob("*")}
    assert {"table2.md", "ladder.md", "ladder.png", "figure4.png"} <= names
    ladder = (out / "ladder.md").read_text()
    assert "ideal:net, exact" in ladder and "100.0" in ladder


GREEDY = ("--subject", "greedy", "--opponent", "uniform")
MODEL = ("--subject", f"llm:{GEMMA}", "--threads", "1")


@pytest.mark.parametrize(
    "how",
    [
        GREEDY,
        pytest.param((*MODEL, "--strings", "2"), marks=pytest.mark.model),
        pytest.param((*MODEL, "--stated"), marks=pytest.mark.model),
    ],
)
def test_what_cannot_be_followed_is_refused_before_anything_is_stored(how: tuple[str, ...], tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command = ("tournament", *how, "--exact", "--store", store)
    assert "can't be followed exactly" in complaint(*command, code=ExitCode.USAGE)
    assert json.loads(arena("runs", "--store", store, "--json").stdout)["runs"] == []
