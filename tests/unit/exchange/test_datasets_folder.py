"""Runs as a folder for Hugging Face datasets, read back by that library itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from arena.errors import InputError
from arena.exchange.datasets_folder import write_folder
from arena.store import Store
from arena.store.export import export
from tests.support.markup_run import MARKUP, fill

TABLES = ["rounds", "answers", "findings", "prompts"]


def load(folder: Path, *table: str) -> Any:
    datasets = pytest.importorskip("datasets", reason="datasets isn't installed: the extra `dev` brings it")
    datasets.disable_progress_bars()
    return datasets.load_dataset(str(folder), *table, split="train", cache_dir=str(folder.parent / "cache"))


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))


def test_every_table_is_read_as_it_was_exported(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    done = write_folder(store, folder, unfinished=True)
    assert list(done.files) == TABLES
    assert {path.name for path in folder.iterdir()} == {"README.md", *(f"{table}.parquet" for table in TABLES)}
    lines = export(store, tmp_path / "lines", "jsonl", unfinished=True).files
    for table in TABLES:
        rows = [json.loads(line) for line in lines[table].read_text(encoding="utf-8").split("\n")[:-1]]
        # the first is the default
        found = load(folder, *([] if table == "rounds" else [table])).to_list()
        assert found == rows and rows
        assert table != "rounds" or MARKUP in {row["text"] for row in found}


def test_the_card_is_text_whatever_names_look_like(store: Store, tmp_path: Path) -> None:
    write_folder(store, tmp_path / "folder")
    text = (tmp_path / "folder" / "README.md").read_text(encoding="utf-8")
    assert r"llm:\<b\>m" in text and "<b>" not in text
    assert text.startswith("---\n") and "  data_files: rounds.parquet\n  default: true\n" in text


def test_the_same_draws_give_the_same_folder(tmp_path: Path) -> None:
    for name, seeds in (("a", (1, 2)), ("b", (2, 1))):
        fill(tmp_path / f"{name}.db", seeds)
        with Store.open(tmp_path / f"{name}.db") as store:
            write_folder(store, tmp_path / name)
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_a_readme_of_somebody_else_stays(store: Store, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Mine")
    with pytest.raises(InputError, match=r"README\.md is there already"):
        write_folder(store, tmp_path)
    assert (tmp_path / "README.md").read_text() == "# Mine" and not list(tmp_path.glob("*.parquet"))
    write_folder(store, tmp_path / "folder")
    write_folder(store, tmp_path / "folder")  # its own is written anew
