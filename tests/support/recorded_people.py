"""Recorded people: the published ones, where they lie beside the repository, tables like theirs, and what an order-2
Markov model foresees, in a few independent lines of numpy."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

PEOPLE = Path(__file__).parents[3] / "shared/people/rps-people-against-bots.csv.gz"
MOVES = ("rock", "paper", "scissors")


def published() -> dict[str, list[dict[str, str]]]:
    """The rows of each published person."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(PEOPLE, "rt") as file:
        for row in csv.DictReader(file):
            rows[row["person"]].append(row)
    return rows


def table(path: Path, people: dict[str, Sequence[tuple[str, str]]], opponent: str = "bot") -> Path:
    """A table of people, each with moves and replies by name, written to a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("person", "opponent", "round", "move", "reply"))
        for person, rounds in people.items():
            writer.writerows((person, opponent, number, *pair) for number, pair in enumerate(rounds, 1))
    return path


def foreseen_by_numpy(moves: Sequence[int]) -> tuple[int, int]:
    """How many of these moves an order-2 Markov model foresees, and for how many it expects any."""
    played = np.array(moves)
    right = seen = 0
    for at in range(1, len(played)):
        for order in range(min(2, at), -1, -1):
            if at <= order:
                continue
            past = np.lib.stride_tricks.sliding_window_view(played[:at], order + 1)
            same = past[(past[:, :order] == played[at - order : at]).all(axis=1), order]
            if len(same):
                counts, overall = (np.bincount(one, minlength=3) for one in (same, played[:at]))
                seen += 1
                right += int(np.lexsort((-np.arange(3), overall, counts))[-1]) == played[at]
                break
    return right, seen
