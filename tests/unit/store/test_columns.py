"""docs/export.md says what is in exported files: every column's name, type and unit, in order, and no other."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arena.records import Answer, Decision, Outcome, Prompt, Round, Sample
from arena.store import CellSpec, RunSpec, Store
from arena.store.export import export
from arena.store.rows import Asked
from tests.support.specs import numbers_run

DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "export.md"
PARQUET: Final = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "texts": pa.list_(pa.string()),
    "integers": pa.list_(pa.int32()),
    "floats": pa.list_(pa.float64()),
}
PYTHON: Final = {"text": str, "integer": int, "float": float, "boolean": bool}
CSV: Final = {
    "text": lambda text: text,
    "integer": lambda text: int(re.fullmatch(r"0|-?[1-9]\d*", text)[0]),  # type: ignore[index]
    "float": float,
    "boolean": {"true": True, "false": False}.__getitem__,
}
Documented = Mapping[str, list[tuple[str, str, str, str]]]


def documented() -> Documented:
    """The tables of the page: column, type, unit and meaning of each."""
    tables = DOCUMENT.read_text(encoding="utf-8").partition("\n## Tables")[2].partition("\n## ")[0]
    sections = tables.split("\n### ")[1:]
    whole = {}
    for section in sections:
        table = re.findall(r"^\| (\w+) \| (\w+) \| ([\w -]+) \| (.+) \|$", section, re.MULTILINE)
        whole[section.partition("\n")[0]] = [row for row in table if row[0] != "column"]
    return whole


@pytest.fixture
def store(tmp_path: Path, make_spec: Callable[..., RunSpec], make_round: Callable[..., Round]) -> Iterator[Store]:
    """A run of games and a run of a task, with something in every column."""
    asked = Asked(style="base", wording="w", temperature=0.5, top_p=0.9)
    cell = CellSpec("llm:m||integers|w|-", "llm:m", "", "integers", asked)
    with Store.open(tmp_path / "arena.db", create=True) as opened:
        spec = make_spec()
        with opened.begin(spec) as run:
            run.add_round(spec.cells[1].key, 0, make_round(1))
            run.add_round(spec.cells[1].key, 0, Round(2, Outcome.TIE, Decision(None, None), Decision(None, None)))
            run.finish_match(spec.cells[1].key, 0)
        with opened.begin(numbers_run([cell], 5)) as run:
            run.add_prompt(cell.key, Prompt("Generate", (1, 2)))
            run.add_answer(cell.key, 0, Answer(Sample("7", (7,), "eos"), (7,)))
            run.add_answer(cell.key, 1, Answer(Sample("no", (8,), "length"), None))
            run.set_finding(cell.key, "entropy", {"entropy": 2.5})
        yield opened


def test_the_page_is_about_every_table_once(store: Store, tmp_path: Path) -> None:
    assert set(export(store, tmp_path / "out", "csv").files) == {"rounds", "answers", "findings", "prompts"}
    assert {name for name, rows in documented().items() if rows} == set(export(store, tmp_path / "out", "csv").files)


@pytest.mark.parametrize("table", ["rounds", "answers", "findings", "prompts"])
def test_files_have_the_documented_columns(table: str, store: Store, tmp_path: Path) -> None:
    columns = documented()[table]
    if table == "answers":
        columns, (other,) = columns[:-1], columns[-1:]
        assert other[:3] == ("value", "text", "JSON")  # held by the test below
    names, kinds = [name for name, *_ in columns], [kind for _, kind, *_ in columns]
    files = {to: export(store, tmp_path / "out", to).files[table] for to in ("csv", "jsonl", "parquet")}

    schema = pq.read_schema(files["parquet"])
    assert [(field.name, field.type) for field in schema] == [
        (name, PARQUET[kind]) for name, kind in zip(names, kinds, strict=True)
    ]
    said = [(field.metadata[b"unit"].decode() or "-", field.metadata[b"description"].decode()) for field in schema]
    assert said == [tuple(row[2:]) for row in columns]

    lines = [json.loads(line) for line in files["jsonl"].read_text(encoding="utf-8").splitlines()]
    with files["csv"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert lines and len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert list(line) == list(row) == names
        for (name, text), kind in zip(row.items(), kinds, strict=True):
            if line[name] is None:
                assert text == ""
            else:
                assert fits(kind, line[name]), (name, line[name])
                assert in_csv(kind, text) == line[name]
    empty = [name for name in names if all(line[name] is None for line in lines)]
    assert not empty, "a column without a value shows nothing of its type"


def test_other_values_are_json_as_documented(store: Store, tmp_path: Path) -> None:
    cell = CellSpec("a||coins|-|-", "a", "", "coins")
    with store.begin(numbers_run([cell], 1)) as run:
        run.add_answer(cell.key, 0, Answer(Sample("heads", (), "eos"), {"side": "heads"}))
    last = documented()["answers"][-1]
    field = pq.read_schema(export(store, tmp_path / "out", "parquet").files["answers"]).field("value")
    said = (field.metadata[b"unit"].decode(), field.metadata[b"description"].decode())
    assert ("value", "text", *said) == last and field.type == pa.string()


def fits(kind: str, value: Any) -> bool:
    """Whether a value of JSON has a documented type, exactly: a whole number is no float."""
    if kind in PYTHON:
        return type(value) is PYTHON[kind]
    return type(value) is list and all(type(one) is PYTHON[kind.removesuffix("s")] for one in value)


def in_csv(kind: str, text: str) -> Any:
    """A value as CSV gives it, read by the documented rule."""
    return CSV[kind](text) if kind in CSV else json.loads(text)
