"""What the store gives back: runs, cells and rounds as plain rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from arena.records import Prompt, Seat


class Unit(StrEnum):
    """What the cells of a run consist of, which its size counts."""

    MATCH = "match"
    ANSWER = "answer"
    FINDING = "finding"  # what is found out without playing or drawing, once a cell


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is asked, as results show it. What doesn't apply is None or ""; `matched` names the model whose
    entropy the temperature was chosen to reach."""

    style: str
    format: str | None = None
    wording: str
    infix: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    variant: str = ""
    matched: str = ""


@dataclass(frozen=True, slots=True)
class CellSpec:
    """A grid square: who is measured, against whom ("" for nobody), at what (a game, a task), how they are asked
    (None for a bot), and in `detail` what its kind of experiment alone says of it, as JSON.

    `key` is the canonical text `subject|opponent|what|wording|sampling` that also names the cell's draws.
    """

    key: str
    subject: str
    opponent: str
    what: str
    asked: Asked | None = None
    opponent_asked: Asked | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_person(self) -> bool:
        """Whether the subject is a person."""
        return self.subject.partition(":")[0] == "human"


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What a run is. Everything but `size`, `in_order`, `manifest` and `former` is its identity: the same spec is the
    same run.

    `size` is how many units each cell is asked for, `rounds` how many a match has, None where there are no matches.
    `settings` is what this kind of experiment alone says of a run, as JSON. `models` maps a model's name to what
    identifies its weights; `manifest` says on what machine and build. `former` is `models` by an older rule: a run that
    was begun under it is found by it, and is then known by `models`. The units of a run that is made `in_order`, one
    after another, are a sample at any time; others are one in whole blocks (arena/blocks.py).
    """

    experiment: str
    unit: Unit
    cells: tuple[CellSpec, ...]
    size: int
    seed: int
    models: Mapping[str, str]
    manifest: Mapping[str, Any]
    rounds: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as stored. `name` is for people ("2026-11-23-1"), `spec.size` the most that was ever asked for,
    `finished_size` how much it had when it was last brought to its end."""

    id: int
    name: str
    spec: RunSpec
    created: str
    finished_size: int

    @property
    def began(self) -> datetime:
        """The moment that `created` names. Raises ValueError if it is no date."""
        return datetime.fromisoformat(self.created).astimezone()

    @property
    def finished(self) -> bool:
        """Whether all that was asked for is there."""
        return self.finished_size >= self.spec.size


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell as stored, with how far it is: how many of its units are `done` (finished matches, valid answers,
    findings) and how many matches are `open`. `seconds` is the time that was worked on it.

    Only what is a sample is reported (arena/blocks.py): the matches or draws of numbers `below` this, all of which are
    there; None: every finished match. `run` is the run's name, and `rounds` how many a match of it has.
    """

    id: int
    spec: CellSpec
    done: int
    open: int
    seconds: float
    below: int | None = None
    run: str = ""
    rounds: int | None = None


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A match as stored. `net` is the sum of its rounds' payoffs."""

    number: int
    rounds: int
    finished: bool
    abandoned: bool
    net: int

    @property
    def state(self) -> str:
        """In a word."""
        return "finished" if self.finished else "abandoned" if self.abandoned else "open"


@dataclass(frozen=True, slots=True)
class RoundColumns:
    """The rounds of a cell's matches that count, a row a round, ordered by match and round; n rows, k moves.

    `move` and `reply` are -1 where a seat forfeited. `policy` has shape (n, k), NaN where the subject has
    none. `drawn` counts the answers drawn and `invalid` those refused, of the subject; `prompt` numbers the
    distinct prompts, -1 for none.
    """

    match: NDArray[np.int64]
    number: NDArray[np.int64]
    move: NDArray[np.int64]
    reply: NDArray[np.int64]
    outcome: NDArray[np.int64]
    policy: NDArray[np.float64]
    mass: NDArray[np.float64]
    loose_mass: NDArray[np.float64]
    drawn: NDArray[np.int64]
    invalid: NDArray[np.int64]
    prompt: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.match)


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A distinct prompt of a seat of a cell. `number` is the one that `RoundColumns.prompt` gives.

    `sha256` (hexadecimal) is that of its text in UTF-8, a zero byte and its token ids as 32-bit little-endian
    integers.
    """

    number: int
    seat: Seat
    sha256: str
    prompt: Prompt
