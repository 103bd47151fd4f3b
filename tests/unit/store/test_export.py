"""The exported tables: what is in them, their order, and what happens where they can't be written."""

from __future__ import annotations

import csv
import hashlib
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from arena.errors import InputError, StoreError
from arena.records import Answer, Decision, Outcome, Policy, Prompt, Round, Sample
from arena.store import CellSpec, RunSpec, Store
from arena.store.codec import identity, run_key
from arena.store.columns import PROMPT_COLUMNS, ROUND_COLUMNS
from arena.store.export import export
from arena.store.rows import Asked
from tests.support.specs import numbers_run

MakeSpec = Callable[..., RunSpec]
MakeRound = Callable[..., Round]

NASTY = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", 'a "b", c', "two\nlines", "a\rb", " rock", "é\x00", "'"]


@pytest.fixture
def store(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> Store:
    """Two runs; the second has the cell that comes first by key, an open match and a forfeit."""
    opened = Store.open(tmp_path / "arena.db", create=True)
    with opened.begin(make_spec()) as run:
        key = make_spec().cells[0].key
        run.add_round(key, 0, Round(1, Outcome.WIN, Decision(Policy((0.1, 0.2, 0.7)), 0), Decision(None, 2)))
        run.finish_match(key, 0)
    early = CellSpec("a|b|rps|-|-", "a", "b", "rps")
    with opened.begin(make_spec(cells=(early,))) as run:
        for match, text in reversed(list(enumerate(NASTY))):
            run.add_round(early.key, match, make_round(1, text=text))
            run.finish_match(early.key, match)
        refused = Decision(Policy((1 / 3, 1 / 3, 1 / 3), 0.0, 0.0), None, (Sample("hm", (1,), "length"),))
        run.add_round(early.key, 99, Round(1, Outcome.LOSS, refused, Decision(None, 0)))
        run.add_round(
            early.key, 99, Round(2, Outcome.TIE, Decision(None, 1, prompt=Prompt("", (1,))), Decision(None, 1))
        )
    return opened


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_a_row_a_round_of_done(store: Store, tmp_path: Path) -> None:
    done = export(store, tmp_path / "new" / "out", "csv")
    rows = read_csv(done.files["rounds"])
    assert list(rows[0]) == list(ROUND_COLUMNS)
    assert len(rows) == done.counts["rounds"] == len(NASTY) + 1
    assert [(row["cell"], row["match"]) for row in rows] == [
        *(("a|b|rps|-|-", str(match)) for match in range(len(NASTY))),
        ("uniform|greedy|rps|-|-", "0"),
    ]
    assert {entry.name for entry in done.files["rounds"].parent.iterdir()} == {"rounds.csv", "prompts.csv"}
    digest = hashlib.sha256(b"Round 1:\0" + struct.pack("<3i", 2, 10, 11)).hexdigest()
    assert rows[0] == {
        "run": identity(store.runs()[1].spec)[:16],
        "seed": "0",
        "cell": "a|b|rps|-|-",
        "subject": "a",
        "opponent": "b",
        "game": "rps",
        "match": "0",
        "round": "1",
        "move": "paper",
        "move_index": "1",
        "reply": "scissors",
        "reply_index": "2",
        "outcome": "loss",
        "moves": '["rock","paper","scissors"]',
        "policy": "[0.25,0.625,0.125]",
        "determinism": "0.625",
        "mass": "0.9",
        "loose_mass": "0.95",
        "answers_drawn": "2",
        "invalid_answers": "1",
        "forfeit": "false",
        "text": "'=1+1",
        "prompt_sha256": digest,
    }
    assert rows[-1]["text"] == rows[-1]["prompt_sha256"] == ""
    run = {"run": rows[0]["run"], "seed": "0"}
    assert read_csv(done.files["prompts"]) == [
        run | {"prompt_sha256": digest, "text": "Round 1:", "tokens": "[2,10,11]"}
    ]


def test_texts_that_a_spreadsheet_would_run_are_disarmed(store: Store, tmp_path: Path) -> None:
    rows = read_csv(export(store, tmp_path / "out", "csv").files["rounds"])
    texts = [row["text"] for row in rows[: len(NASTY)]]
    assert texts == [f"'{text}" if text[0] in "=+-@\t\r" else text for text in NASTY]


def test_jsonl_and_parquet_hold_the_same_rows_with_texts_as_they_are(store: Store, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    lines = export(store, tmp_path / "out", "jsonl", unfinished=True)
    rows = [json.loads(line) for line in lines.files["rounds"].read_text(encoding="utf-8").split("\n")[:-1]]
    assert [row["text"] for row in rows[: len(NASTY)]] == NASTY
    table = pq.read_table(export(store, tmp_path / "out", "parquet", unfinished=True).files["rounds"])
    assert table.schema.names == list(ROUND_COLUMNS)
    assert table.to_pylist() == rows
    prompts = pq.read_table(tmp_path / "out" / "prompts.parquet")
    assert prompts.schema.names == list(PROMPT_COLUMNS)
    assert prompts.num_rows == lines.counts["prompts"] == 2


def test_a_forfeit_and_a_seat_without_a_policy_leave_columns_empty(store: Store, tmp_path: Path) -> None:
    done = export(store, tmp_path / "out", "jsonl", unfinished=True)
    rows = [json.loads(line) for line in done.files["rounds"].read_text(encoding="utf-8").split("\n")[:-1]]
    forfeit, person = (row for row in rows if row["match"] == 99)
    assert (forfeit["move"], forfeit["reply"], forfeit["forfeit"], forfeit["text"]) == (None, "rock", True, "hm")
    assert (forfeit["move_index"], forfeit["reply_index"]) == (None, 0)
    assert (forfeit["policy"], forfeit["determinism"], forfeit["mass"]) == ([1 / 3] * 3, 1 / 3, 0.0)
    assert (person["policy"], person["determinism"], person["mass"], person["outcome"]) == (None, None, None, "tie")


def test_one_run_alone(store: Store, tmp_path: Path) -> None:
    first, _ = store.runs()
    done = export(store, tmp_path / "out", "csv", run=first)
    assert [row["subject"] for row in read_csv(done.files["rounds"])] == ["uniform"]
    assert done.counts["prompts"] == 0


@pytest.mark.parametrize("to", ["csv", "jsonl", "parquet"])
def test_an_empty_store_gives_empty_tables(tmp_path: Path, to: str) -> None:
    with Store.open(tmp_path / "arena.db", create=True) as store:
        assert export(store, tmp_path / "out", to).counts["rounds"] == 0


def test_every_row_of_a_store_has_a_key_of_its_own(tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound) -> None:
    """Two seeds of the same cells, of games and of a task: equal but for the draws."""
    asked = CellSpec("llm:m||integers|w|-", "llm:m", "", "integers", Asked(style="base", wording="w", temperature=1.0))
    with Store.open(tmp_path / "arena.db", create=True) as store:
        for seed in (0, 1):
            spec = make_spec(seed=seed)
            with store.begin(spec) as run:
                for match in range(2):
                    run.add_round(spec.cells[1].key, match, make_round(1))
                    run.finish_match(spec.cells[1].key, match)
            with store.begin(numbers_run([asked], 5, seed)) as run:
                run.add_prompt(asked.key, Prompt("Generate", (1, 2)))
                for number in range(2):
                    run.add_answer(asked.key, number, Answer(Sample("7", (7,), "eos"), (7,)))
        done = export(store, tmp_path / "out", "csv")
        keys = {run_key(run.spec) for run in store.runs()}
    rounds, prompts, answers = (read_csv(done.files[table]) for table in ("rounds", "prompts", "answers"))
    for rows, key in (
        (rounds, ("run", "cell", "match", "round")),
        (answers, ("run", "cell", "draw")),
        (prompts, ("run", "prompt_sha256")),
    ):
        assert len({tuple(row[column] for column in key) for row in rows}) == len(rows) == 4
        assert {row["seed"] for row in rows} == {"0", "1"} and {row["run"] for row in rows} <= keys
    assert {(row["run"], row["prompt_sha256"]) for row in rounds} <= {
        (row["run"], row["prompt_sha256"]) for row in prompts
    }
    assert len(prompts) == done.counts["prompts"]


def test_a_game_that_is_not_installed_is_exported_with_its_moves_numbers(
    store: Store, tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound
) -> None:
    gone = CellSpec("a|b|chess-boxing|-|-", "a", "b", "chess-boxing")
    with store.begin(make_spec(cells=(gone,))) as run:
        run.add_round(gone.key, 0, make_round(1))
        run.finish_match(gone.key, 0)
    done = export(store, tmp_path / "out", "csv")
    rows = read_csv(done.files["rounds"])
    (of_gone,) = [row for row in rows if row["game"] == "chess-boxing"]
    assert (of_gone["move"], of_gone["reply"], of_gone["outcome"]) == ("#1", "#2", "loss")
    assert (of_gone["move_index"], of_gone["reply_index"], of_gone["moves"]) == ("1", "2", '["#0","#1","#2"]')
    assert len(rows) == len(NASTY) + 2 and done.unnamed == ((run.run.name, "chess-boxing"),)


@pytest.mark.parametrize("to", ["csv", "jsonl", "parquet"])
def test_the_same_draws_in_another_order_and_store_give_the_same_bytes(
    tmp_path: Path, make_spec: MakeSpec, make_round: MakeRound, to: str
) -> None:
    seeds = [1, 2, 3]
    for name, order in [("a", seeds), ("b", seeds[::-1])]:
        with Store.open(tmp_path / f"{name}.db", create=True) as store:
            for seed in order:
                spec = make_spec(seed=seed)
                with store.begin(spec) as run:
                    for match in order:
                        run.add_round(spec.cells[1].key, match, make_round(1, text=f"{seed}", prompt=f"{match}"))
                        run.finish_match(spec.cells[1].key, match)
            export(store, tmp_path / name, to)
    for table in ("rounds", "prompts"):
        assert (tmp_path / "a" / f"{table}.{to}").read_bytes() == (tmp_path / "b" / f"{table}.{to}").read_bytes()


def test_a_failed_export_leaves_no_folder(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # importing it then fails as where it isn't installed
    with pytest.raises(InputError, match="pyarrow"):
        export(store, tmp_path / "new" / "out", "parquet")
    (tmp_path / "mine").mkdir()
    with pytest.raises(InputError, match="pyarrow"):
        export(store, tmp_path / "mine", "parquet")
    assert not (tmp_path / "new").exists() and not list((tmp_path / "mine").iterdir())


def test_a_file_in_the_way_of_the_folder_is_named(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(StoreError, match="can't be a folder"):
            export(store, out, "csv")
