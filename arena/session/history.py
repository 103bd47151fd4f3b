"""A person's own history: every match that they finished, whatever store it is in, by name; in their data folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import Final

import msgspec

from arena.files import folder, own_folder
from arena.records import Outcome, Seat
from arena.session.choice import Choice
from arena.session.sight import Sight

_MOST_BYTES: Final = 64 << 20  # a file larger than this isn't ours


class Played(msgspec.Struct, frozen=True):
    """A match. `me` and `opponent` are the agents' specs, `mixed` that of the model at the other end of the opponent's
    dial, if it had one; rounds are counted as the person saw them; `name` is "" for whoever gave none."""

    name: str
    when: datetime
    game: str
    me: str
    opponent: str
    won: int
    tied: int
    lost: int
    mixed: str = ""

    @property
    def net(self) -> float:
        """Win rate minus loss rate, in points."""
        return 100 * (self.won - self.lost) / max(1, self.won + self.tied + self.lost)

    @property
    def outcome(self) -> Outcome:
        """Who won the match."""
        return Outcome((self.won > self.lost) - (self.won < self.lost))


@dataclass(frozen=True, slots=True)
class Record:
    """The matches of one person against one opponent in one game, from the same seat. `streak` is how many of the last
    ones ended as the last one did; `longest` the most won in a row."""

    last: Played
    matches: tuple[int, int, int]  # won, tied, lost
    best: Played
    streak: int
    longest: int


def history_path() -> Path:
    """The file: a line of JSON for each match."""
    return own_folder("data") / "history.jsonl"


def played(choice: Choice, seat: Seat, sight: Sight, name: str, when: datetime) -> Played:
    """A match that a person in `seat` has finished."""
    won, tied, lost = (sight.score[outcome] for outcome in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))
    agents = {Seat.SUBJECT: choice.subject, Seat.OPPONENT: choice.opponent}
    return Played(name, when, choice.game, agents[seat], agents[seat.other], won, tied, lost, choice.mixed_with)


def add(match: Played) -> None:
    """Add a match, in one write, so that several apps can do so at once. If that fails, it is only forgotten."""
    path = history_path()
    with suppress(OSError), folder(path.parent), path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
        torn = file.read(1) not in (b"", b"\n")  # a machine that stopped while it wrote
        file.write(b"\n" * torn + msgspec.json.encode(match) + b"\n")


def history() -> list[Played]:
    """All matches in the order in which they ended. Lines that can't be read are left out."""
    path = history_path()
    found = []
    with suppress(OSError):
        if path.stat().st_size > _MOST_BYTES:
            return []
        for line in path.read_bytes().splitlines():
            with suppress(msgspec.MsgspecError, ValueError):
                found.append(msgspec.json.decode(line, type=Played))
    return found


def records(matches: Iterable[Played]) -> list[Record]:
    """One person's record against each opponent, the one played last first."""
    groups: dict[tuple[str, ...], list[Played]] = {}
    for match in matches:
        key = match.game, match.me, match.opponent, match.mixed
        groups[key] = [*groups.pop(key, []), match]  # at the end
    return [_record(group) for group in reversed(groups.values())]


def _record(group: Sequence[Played]) -> Record:
    outcomes = [match.outcome for match in group]
    won, tied, lost = (outcomes.count(outcome) for outcome in (Outcome.WIN, Outcome.TIE, Outcome.LOSS))
    return Record(group[-1], (won, tied, lost), max(group, key=lambda one: one.net), streak(group), _longest(outcomes))


def streak(matches: Sequence[Played]) -> int:
    """How many of the last matches ended as the last one did."""
    return sum(1 for _ in takewhile(lambda one: one.outcome is matches[-1].outcome, reversed(matches)))


def _longest(outcomes: Sequence[Outcome]) -> int:
    """The most wins in a row."""
    best = run = 0
    for outcome in outcomes:
        run = run + 1 if outcome is Outcome.WIN else 0
        best = max(best, run)
    return best
