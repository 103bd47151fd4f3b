"""What the store returns: runs, cells and rounds as plain rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from arena.records import Prompt, Seat

DIALLED: Final = "a dialled share"  # of the model that another is mixed with: somebody turned it while they played
Integers = NDArray[np.signedinteger[Any]]


class Unit(StrEnum):
    """The units that the cells of a run consist of; its size counts them."""

    MATCH = "match"
    ANSWER = "answer"
    FINDING = "finding"  # found out without playing or drawing, once per cell


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a model is asked, as results show it. A field that doesn't apply is None, 0 or ""; `matched` names the model
    whose entropy the temperature was chosen to reach.

    `strings` is how many random strings its prompts may have, one a round; `stated` whether it states a distribution;
    `mixed` the model that it is mixed with, with its share or DIALLED. `words` is the set of names for moves and
    players, `roles` the words for the moves in the game's order, `listing` those in the order in which they are listed,
    and `players` the names of the two, own first.
    """

    style: str
    format: str | None = None
    wording: str
    infix: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    variant: str = ""
    matched: str = ""
    strings: int = 0
    stated: bool = False
    mixed: str = ""
    words: str = ""
    roles: str = ""
    listing: str = ""
    players: str = ""

    @property
    def mixed_with(self) -> str:
        """The agent that it is mixed with; "" for none."""
        return self.mixed.partition(" of ")[2]


@dataclass(frozen=True, slots=True)
class CellSpec:
    """A grid square: who is measured, against whom ("" for nobody), at what (a game, a task), how they are asked
    (None for a bot), and in `detail` the facts that only its kind of experiment has, as JSON.

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

    @property
    def dialled_to(self) -> str:
        """The agent at the other end of the subject's dial; "" without one."""
        return self.asked.mixed_with if self.asked and self.asked.mixed.startswith(DIALLED) else ""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """What a run is. Everything except `size`, `in_order`, `manifest` and `former` is its identity: the same spec is
    the same run.

    `size` is how many units each cell is asked for, `rounds` how many a match has, None if there are no matches.
    `settings` are those that only this kind of experiment has, as JSON. `models` maps a model's name to what identifies
    its weights; `manifest` records the machine and build. `former` is `models` by an older rule: a run begun under that
    rule is found by it, and is then known by `models`. The units of a run that is made `in_order`, one after another,
    are a sample at any time; those of other runs in whole blocks (arena/blocks.py).
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
    """A run as stored. `name` is for people ("2026-11-23-1"), `spec.size` is the largest size ever asked for,
    `finished_size` the size at which it was last finished."""

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
        """Whether everything asked for is there."""
        return self.finished_size >= self.spec.size


@dataclass(frozen=True, slots=True)
class CellRow:
    """A cell as stored, with its progress: how many of its units are `done` (finished matches, valid answers,
    findings) and how many matches are `open`. `seconds` is the time spent working on it.

    Only a sample is reported (arena/blocks.py): the matches or draws whose numbers are less than `below`, all of which
    are there; None: every finished match. Of each match the first `reached` rounds count; None: all, as it is finished.
    `played` is how many rounds there are, whether they count or not. `run` is the run's name, and `rounds` how many its
    matches have.
    """

    id: int
    spec: CellSpec
    done: int
    open: int
    seconds: float
    below: int | None = None
    run: str = ""
    rounds: int | None = None
    reached: int | None = None
    played: int = 0


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
        """The match's state in a word."""
        return "finished" if self.finished else "abandoned" if self.abandoned else "open"


@dataclass(frozen=True, slots=True)
class RoundColumns:
    """The rounds of a cell's matches that count, one row per round, ordered by match and round; n rows, k moves.

    `move` and `reply` are -1 where a seat forfeited. A round's policy is the row `policy_of` of `policies`, which has
    shape (distinct, k) and NaN where the subject has none. `drawn` counts the subject's answers drawn and `invalid`
    those refused; `prompt` numbers the distinct prompts, -1 for none.
    """

    match: Integers
    number: Integers
    move: Integers
    reply: Integers
    outcome: Integers
    policies: NDArray[np.float64]
    policy_of: Integers
    mass: NDArray[np.float64]
    loose_mass: NDArray[np.float64]
    drawn: Integers
    invalid: Integers
    prompt: Integers

    def __len__(self) -> int:
        return len(self.match)

    @property
    def policy(self) -> NDArray[np.float64]:
        """Each round's policy, shape (n, k)."""
        return self.policies[self.policy_of]

    def where(self, kept: NDArray[np.bool_]) -> RoundColumns:
        """Only some of the rounds, those in the mask `kept` of shape (n,)."""
        of_rounds = {one.name: getattr(self, one.name)[kept] for one in fields(self) if one.name != "policies"}
        return RoundColumns(**of_rounds, policies=self.policies)


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A distinct prompt of one seat in a cell. `number` is the one in `RoundColumns.prompt`.

    `sha256` (hexadecimal) is the hash of its text in UTF-8, a zero byte and its token ids as 32-bit little-endian
    integers.
    """

    number: int
    seat: Seat
    sha256: str
    prompt: Prompt
