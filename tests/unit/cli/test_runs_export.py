"""The commands that show what is in a store: `arena runs`, `arena export` and `arena prompts`."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from arena.cli.main import arena
from arena.errors import InputError, StoreError
from arena.records import Decision, Outcome, Policy, Prompt, Round, Sample, TokenProbability
from arena.store import CellSpec, Store
from arena.store.rows import Asked
from arena.text import printable
from tests.support.specs import PLAIN, numbers_run, tournament_run

CELLS = (
    CellSpec("fixed:rock|greedy|rps|-|-", "fixed:rock", "greedy", "rps"),
    CellSpec("llm:m|greedy|rps|log|-", "llm:m", "greedy", "rps", Asked(style="base", wording="log")),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A finished run of a bot and a model, and a run that was stopped."""
    path = tmp_path / "arena.db"
    with Store.open(path, create=True) as store:
        with store.begin(tournament_run(CELLS, 2)) as run:
            for match in range(2):
                rock = Decision(Policy((1.0, 0.0, 0.0)), 0)
                run.add_round(CELLS[0].key, match, Round(1, Outcome.LOSS, rock, Decision(None, 1)))
                prompt = Prompt(f"[red]\x1b[2J game {match}\nRound 1:", (1, 5, 9), (TokenProbability(7, -0.5),))
                paper = Decision(Policy((0.0, 1.0, 0.0)), 1, (Sample(" paper", (7,), "move"),), prompt)
                run.add_round(CELLS[1].key, match, Round(1, Outcome.LOSS, paper, Decision(None, 2)))
                for cell in CELLS:
                    run.finish_match(cell.key, match)
            run.finish()
        with store.begin(tournament_run(CELLS[:1], 500, 10, 1)) as run:
            run.add_round(CELLS[0].key, 0, Round(1, Outcome.LOSS, rock, Decision(None, 1)))
    return path


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(arena, [str(argument) for argument in arguments])


def document(*arguments: str | Path) -> Any:
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def first_run(path: Path) -> str:
    with Store.open(path) as store:
        return store.runs()[0].name


def test_runs_is_a_plain_table_when_piped(path: Path) -> None:
    lines = call("runs", "--store", path).stdout.splitlines()
    assert [re.split("  +", line) for line in lines] == [
        ["run", "experiment", "size", "cells", "done", "counted", "open", "state"],
        [first_run(path), "tournament", "2 games of 1 round", "2", "4 of 4", "4", "0", "finished"],
        [f"{first_run(path)[:-1]}2", "tournament", "500 games of 10 rounds", "1", "0 of 500", "0", "1", "stopped"],
    ]


def test_runs_as_json(path: Path) -> None:
    found = document("runs", "--store", path)
    finished, stopped = found["runs"]
    assert (finished["state"], stopped["state"]) == ("finished", "stopped")
    assert (finished["done"], finished["asked"], stopped["open"]) == (4, 4, 1)


def test_runs_says_who_is_writing(path: Path) -> None:
    with Store.open(path, create=True) as store, store.begin(store.run(None).spec):
        _, running = document("runs", "--store", path)["runs"]
    assert running["state"] == "running"
    assert isinstance(running["process"], int)


def test_a_run_is_shown_with_all_that_was_set(path: Path) -> None:
    lines = call("runs", "show", first_run(path), "--store", path).stdout.splitlines()
    said = {" ".join(line.split()) for line in lines}
    assert {f"run {first_run(path)}", "style base", "wording log", "invalid answers redraw", "temperature 1"} <= said
    assert [line for line in lines if line[:1].isdigit()] == [
        "1  fixed:rock against greedy, rps: 2 of 2 matches, 2 counted, 0 open, 0.0 s",
        "2  llm:m against greedy, rps: 2 of 2 matches, 2 counted, 0 open, 0.0 s",
    ]
    shown = document("runs", "show", first_run(path)[5:], "--store", path)
    assert shown["settings"] == PLAIN and [cell["key"] for cell in shown["cells"]] == [cell.key for cell in CELLS]
    assert shown["cells"][1]["settings"]["wording"] == "log" and shown["cells"][1]["prompt"]["style"] == "base"


def test_the_latest_run_is_shown_if_none_is_named(path: Path) -> None:
    latest = document("runs", "show", "--store", path)
    assert (latest["state"], latest["seed"], latest["cells"][0]["open"]) == ("stopped", 1, 1)
    # the store may be named before the word, too
    assert document("runs", "--store", path, "show") == latest
    assert json.loads(call("runs", "--store", path, "--json", "show").stdout) == latest


def test_what_cells_don_t_share_is_shown_with_each(tmp_path: Path) -> None:
    cells = [
        CellSpec(f"llm:m||integers|{t}|-", "llm:m", "", "integers", Asked(style="base", wording="w@1", temperature=t))
        for t in (1.0, 1.5)
    ]
    spec = numbers_run(cells, 3, models={"m": "sha256:abc"}, manifest={"arena": "0.1.0", "models": {"m": "build 7"}})
    with Store.open(tmp_path / "arena.db", create=True) as store:
        store.begin(spec).close()
    lines = call("runs", "show", "--store", tmp_path / "arena.db").stdout.splitlines()
    said = {" ".join(line.split()) for line in lines}
    assert {"mode sample", "style base", "amount 3 answers", "models: m build 7", "arena 0.1.0"} <= said
    assert lines[lines.index("models") + 1] == "m  sha256:abc"
    assert lines[lines.index("cells") + 1 :] == [
        "1  llm:m, integers: 0 of 3 answers, 0.0 s",
        "   temperature  1",
        "2  llm:m, integers: 0 of 3 answers, 0.0 s",
        "   temperature  1.5",
    ]


def test_a_word_after_runs_that_is_not_known(path: Path) -> None:
    result = call("runs", "shwo", "--store", path)
    assert result.exit_code == 2 and "did you mean 'show'?" in result.stderr


def test_runs_of_an_empty_store(tmp_path: Path) -> None:
    Store.open(tmp_path / "arena.db", create=True).close()
    result = call("runs", "--store", tmp_path / "arena.db")
    assert result.stdout == ""
    assert "holds no run yet" in result.stderr
    assert document("runs", "--store", tmp_path / "arena.db")["runs"] == []


@pytest.mark.parametrize("command", [["runs"], ["prompts"], ["export", "--to", "csv", "--out", "out"]])
def test_a_store_that_is_not_there_is_not_made(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert isinstance(call(*command).exception, StoreError)
    assert list(tmp_path.iterdir()) == []


def test_export_writes_the_tables_and_says_so(path: Path, tmp_path: Path) -> None:
    result = call("export", "--store", path, "--to", "csv", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "rounds.csv: 4 rounds" in result.stderr
    assert "prompts.csv: 2 prompts" in result.stderr
    everything = call("export", "--store", path, "--to", "jsonl", "--out", tmp_path / "out", "--all")
    assert "rounds.jsonl: 5 rounds" in everything.stderr
    one = call("export", "--store", path, "--to", "csv", "--out", tmp_path / "out", "--run", "no-such-run")
    assert isinstance(one.exception, InputError)


def test_prompts_are_shown_without_acting_on_the_terminal(path: Path) -> None:
    result = call("prompts", "--store", path, "--run", first_run(path), "--limit", "1", "--tokens")
    assert result.stdout.splitlines() == [
        "cell 2: llm:m against greedy, rps, subject, prompt 1 of 2, 3 tokens",
        "[red]\\x1b[2J game 0",
        "Round 1:",
        "tokens: 1 5 9",
        "",
    ]
    assert result.stderr.splitlines() == [
        "cell 1: fixed:rock against greedy, rps: no prompts",
        "cell 2: llm:m against greedy, rps: 1 more; --limit 0 shows all",
    ]


def test_prompts_as_json_are_exact(path: Path) -> None:
    found = document("prompts", "--store", path, "--run", first_run(path), "--cell", "2", "--limit", "0")
    assert [prompt["text"] for prompt in found["prompts"]] == [f"[red]\x1b[2J game {i}\nRound 1:" for i in range(2)]
    assert found["prompts"][0] | {"sha256": ""} == {
        "cell": 2,
        "key": CELLS[1].key,
        "asked": {"style": "base", "wording": "log"},
        "seat": "subject",
        "sha256": "",
        "text": "[red]\x1b[2J game 0\nRound 1:",
        "tokens": [1, 5, 9],
        "top": [{"token": 7, "logprob": -0.5}],
    }


def test_prompts_of_a_cell_that_is_not_there(path: Path) -> None:
    result = call("prompts", "--store", path, "--run", first_run(path), "--cell", "3")
    assert isinstance(result.exception, InputError)
    assert "its cells are 1 to 2" in str(result.exception)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 🙂", "plain é 漢 🙂"),
        ("\x1b[31m\r\n\t\x07\x9b\x7f", r"\x1b[31m\r\n\t\x07\x9b\x7f"),
        ("a\u202eb\u2028\ud800", r"a\u202eb\u2028\ud800"),
    ],
)
def test_printable_writes_out_what_a_terminal_would_act_on(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_printable_keeps_what_it_is_told_to() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"


@pytest.mark.parametrize("command", [("runs",), ("runs", "show"), ("report", "--run", "\x9b31m\u20661")])
def test_a_run_s_name_can_t_act_on_the_terminal(path: Path, command: tuple[str, ...]) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET name = ?||id", ("\x9b31m\u2066",))
    connection.close()
    shown = call(*command, "--store", path).stdout
    assert "31m" in shown and not {"\x1b", "\x9b", "\u2066"} & set(shown)
