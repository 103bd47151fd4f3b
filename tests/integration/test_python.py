"""Arena from Python: the script in the docs, a notebook's running loop, and what is refused."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path

import pytest

import arena
from arena.errors import UsageError
from tests.support.commands import arena as command

SCRIPT = Path(__file__).parents[2] / "docs" / "python_example.py"


def test_the_script_in_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(SCRIPT), run_name="__main__")
    said = capsys.readouterr().out
    assert "rock-paper-scissors" in said and "2000.0 is as far" in said and "uniform played rock" in said


def test_a_running_loop_is_no_hindrance(tmp_path: Path) -> None:
    async def notebook() -> arena.Run:
        return arena.tournament("uniform", matches=3, rounds=2, store=tmp_path / "a.db", progress=False)

    run = asyncio.run(notebook())
    assert run.to_arrow("rounds").num_rows == 6
    assert run._repr_markdown_().startswith("| ") or "|" in run._repr_markdown_()


def test_it_goes_on_with_what_the_command_began_and_the_other_way_round(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    command("tournament", "--subject", "uniform", "--games", "3", "--rounds", "2", "--store", store)
    run = arena.tournament("uniform", matches=5, rounds=2, store=store, progress=False)
    assert [one.name for one in arena.runs(store)] == [run.name]
    assert run.to_json()["cells"][0]["counted_matches"] == 5
    command("tournament", "--subject", "uniform", "--games", "5", "--rounds", "2", "--store", store)
    assert len(arena.runs(store)) == 1


def test_numbers_and_files(tmp_path: Path) -> None:
    run = arena.numbers(["uniform", "fixed:7"], "sequences", n=20, store=tmp_path / "a.db", progress=False)
    run.write(tmp_path / "out")
    assert {"table1.md", "figure3.png"} <= {file.name for file in (tmp_path / "out").iterdir()}
    assert run.to_arrow().column("value").to_pylist()[0] is not None


def test_what_is_refused(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    with pytest.raises(UsageError, match="did you mean 'numbers'"):
        arena.measure("number", store=store)
    with pytest.raises(UsageError, match="matchs"):
        arena.tournament("uniform", matchs=3, store=store)
    with pytest.raises(UsageError, match="did you mean 'uniform'"):
        arena.tournament("unifrom", store=store, progress=False)
    with pytest.raises(AttributeError, match="has no attribute 'tournamet'"):
        arena.tournamet  # type: ignore[attr-defined]  # noqa: B018
    run = arena.tournament("uniform", matches=1, rounds=1, store=store, progress=False)
    with pytest.raises(UsageError, match="figure"):
        run.figure("figure5")
