"""`arena people` as somebody uses it: import, import again, score; and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

from arena.errors import ExitCode
from tests.support.commands import arena
from tests.support.recorded_people import table

ANN = [("rock", "paper"), ("paper", "paper"), ("scissors", "paper"), ("rock", "none")]


def test_people_are_imported_once_and_players_set_among_them(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    file = table(tmp_path / "people.csv", {"ann": ANN, "bob": ANN[:3], "=cmd": ANN})
    done = arena("people", "import", file, "--store", store)
    assert "is new: 3 people, 11 moves of rock-paper-scissors" in done.stderr
    again = json.loads(arena("people", "import", file, "--store", store, "--json").stdout)
    assert (again["known"], again["people"]) == (True, 3)
    arena(
        "tournament", "--subject", "uniform", "--games", "30", "--rounds", "4", "--store", store, "--opponent", "wsls"
    )
    scored = arena("people", "score", "--store", store, "--run", "2", "--reader", "markov:1", "--format", "json")
    people, player = json.loads(scored.stdout)["readers"]["markov:1"]
    assert (people["matches"], people["rounds"], people["too_short"]) == (2, 4, 1)
    assert player["subject"] == "uniform"
    assert 0 <= player["percentile_low"] < player["percentile_high"] <= 100
    assert "percentile" in arena("people", "score", "--store", store, "--run", "2").stdout
    assert "people (2)" in arena("report", "--store", store, "--run", "1", "--format", "md").stdout
    arena("report", "--store", store, "--out", tmp_path / "out")
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"people.tex", "people_opponents.csv", "among_people.json", "table2.md"} <= names
    assert "recorded:bot" in arena("runs", "show", "1", "--store", store).stdout
    arena("export", "--store", store, "--run", "1", "--to", "csv", "--out", tmp_path / "exported")


def test_what_is_wrong_leaves_nothing_behind(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    good = table(tmp_path / "good.csv", {"ann": ANN})
    bad = table(tmp_path / "bad.csv", {"bob": [*ANN, ("roc", "rock")]})
    done = arena("people", "import", good, bad, "--store", store, code=ExitCode.INPUT)
    assert "bad.csv, line 6, column 'move': 'roc'" in done.stderr
    assert not store.exists()
    assert "there is no game" in arena("people", "import", good, "--game", "chess", code=ExitCode.USAGE).stderr
    arena(*("tournament", "--subject", "uniform", "--games", "1", "--rounds", "1", "--store", store))
    assert "no recorded people yet" in arena("people", "score", "--store", store, code=ExitCode.INPUT).stderr
