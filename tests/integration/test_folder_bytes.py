"""Two reports of one store are the same bytes, in whatever process and place they are made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import fresh
from tests.support.filled import games, numbers


@pytest.mark.long
def test_two_processes_write_the_same_folder(tmp_path: Path) -> None:
    store = tmp_path / "arena.db"
    games(store, "llm:llama-3.1-8b", "llm:tulu-3-8b")
    numbers(store, "llm:llama-3.1-8b", "llm:tulu-3-8b")
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: yellow\n")
    folders = []
    for seed, more in (("1", {}), ("2", {"MATPLOTLIBRC": str(tmp_path), "TZ": "Asia/Tokyo", "COLUMNS": "60"})):
        out = tmp_path / seed / "out"
        fresh("report", "--store", store, "--published", "--out", out, env={"PYTHONHASHSEED": seed, **more})
        folders.append({path.name: path.read_bytes() for path in out.iterdir()})
    one, two = folders
    assert sorted(one) == sorted(two) and {"index.html", "manifest.json", "figure1.svg", "report.tex"} <= set(one)
    assert [name for name in one if one[name] != two[name]] == []
