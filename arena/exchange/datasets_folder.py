"""Runs as a folder that Hugging Face `datasets` reads and its hub shows: the exported tables as Parquet, and a card."""

from __future__ import annotations

from pathlib import Path

from arena.errors import InputError
from arena.exchange.card import MARK, card
from arena.files import whole_file
from arena.store import RunRow, Store
from arena.store.export import Exported, export
from arena.store.failures import file_refusals

_CARD = "README.md"


def write_folder(store: Store, out: Path, *, run: RunRow | None = None, unfinished: bool = False) -> Exported:
    """Write the tables of one run, or of all, and README.md into a folder.

    Everything else is as in `export`, also what is raised; InputError too for a README.md that Arena didn't write.
    """
    path = out / _CARD
    with file_refusals(path):
        if path.exists() and MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise InputError(f"{path} is there already, and Arena didn't write it: name another folder with --out")
    done = export(store, out, "parquet", run=run, unfinished=unfinished)
    text = card([run] if run else store.runs(), done.columns, done.counts)
    with file_refusals(path), whole_file(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return done
