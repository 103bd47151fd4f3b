"""The paper's own numbers, as West & Potts 2025 print them. They are of other models than most runs'."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row of table 2: outcome rates in percent over 500 games of 10 rounds; no ties in hide & seek."""

    size: str
    model: str
    game: str
    wins: float
    ties: float
    losses: float
    net: float


@lru_cache(maxsize=16)
def published(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one of the files in `published/`, as printed: decoding, letters, sequences, ..."""
    text = (files("arena.reports") / "published" / f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(csv.DictReader((line for line in text.splitlines() if not line.startswith("#")), delimiter="\t"))


@lru_cache(maxsize=1)
def table2() -> tuple[PublishedRow, ...]:
    """Table 2 of the paper, game by game."""
    rows = published("games")
    return tuple(
        PublishedRow(
            row["size"],
            row["model"],
            game,
            float(row[f"{short}_wins"]),
            float(row.get(f"{short}_ties") or 0.0),
            float(row[f"{short}_losses"]),
            float(row[f"{short}_net"]),
        )
        for game, short in (("rps", "rps"), ("hide-and-seek", "hns"))
        for row in rows
    )
