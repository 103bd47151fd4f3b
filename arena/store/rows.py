"""What the store gives back: runs, cells and rounds as plain rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.records import Prompt, Seat

MATCH_KIND = "match"  # of a run that is a sitting: matches of one pairing, of a person or of a show
TASK_KIND = "task"  # of a run without matches: its cells have answers


@dataclass(frozen=True, slots=True)
class CellSpec:
    """A grid square of a tournament: who plays what against whom, and how it is asked.

    `key` is the canonical text `subject|opponent|game|wording|sampling` that also names the cell's draws.
    `prompt` is {"style", "format", "wording", "infix"} of the subject, None for a bot; `opponent_prompt` the
    same for the other seat. A task's cell has no opponent (""), the task's name as its game, and its sampling and mode
    in `prompt`.
    """

    key: str
    subject: str
    opponent: str
    game: str
    prompt: Mapping[str, Any] | None = None
    opponent_prompt: Mapping[str, Any] | None = None

    @property
    def is_person(self) -> bool:
        """Whether the subject is a person."""
        return self.subject.partition(":")[0] == "human"


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What a run is. Everything but `games`, `manifest` and `former` is its identity: the same spec is the same run.

    `models` maps a model's name to what identifies its weights; `manifest` says on what machine and build. `former` is
    `models` by an older rule: a run that was begun under it is found by it, and is then known by `models`.
    """

    kind: str
    cells: tuple[CellSpec, ...]
    rounds: int
    seed: int
    sampling: str
    invalid: str
    models: Mapping[str, str]
    games: int
    manifest: Mapping[str, Any]
    former: Mapping[str, str] = field(default_factory=dict)

    @property
    def size(self) -> str:
        """How much is played, in words: "500 games of 10 rounds", "1500 answers", "exact, for 1500 answers"."""
        if self.kind == TASK_KIND:
            answers = f"{self.games} answer{'s' * (self.games != 1)}"
            return {"exact": f"exact, for {answers}", "rewards": "rewards"}.get(self.sampling, answers)
        return f"{self.games} game{'s' * (self.games != 1)} of {self.rounds} round{'s' * (self.rounds != 1)}"


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as stored. `name` is for people ("2026-11-23-1"), `spec.games` the most that was ever asked for,
    `finished_games` how many it had when it was last played to its end."""

    id: int
    name: str
    spec: RunSpec
    created: str
    finished_games: int

    @property
    def finished(self) -> bool:
        """Whether all that was asked for was played."""
        return self.finished_games >= self.spec.games


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell as stored, with how far it is. `seconds` is the time that its matches were being played. Of a task's cell
    the valid answers count as its finished matches.

    Only what is a sample is reported (arena/blocks.py): the matches, or a task's draws, of numbers `below` this, all
    of which are finished; None: every finished match, as those of a sitting come one after another. `run` is the run's
    name, and `rounds` how many a match of it has.
    """

    id: int
    spec: CellSpec
    finished_matches: int
    open_matches: int
    seconds: float
    below: int | None = None
    run: str = ""
    rounds: int = 0


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
