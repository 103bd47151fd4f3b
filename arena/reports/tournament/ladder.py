"""The ladder of readers: what each of them gains from a subject, from one that plays by chance to the ideal one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from arena.agents.spec import parse_agent
from arena.errors import ArenaError
from arena.games import Game, value_of
from arena.reports.settings import Settings
from arena.reports.tournament.exact import ExactCell
from arena.reports.tournament.measures import CellReport
from arena.reports.tournament.runs import TournamentRuns
from arena.stats.clusters import Estimate

FEWEST: Final = 3  # rungs that make a ladder
_ROUNDING: Final = 1e-9  # points
_READS: Final[Mapping[str, str]] = {  # the kinds of readers from the lowest rung to the highest, and what they read
    "uniform": "nothing",
    "frequency": "moves",
    "wsls": "moves",
    "markov": "moves",
    "iocaine": "moves",
    "roshambo": "moves",
    "mirror": "moves",
    "greedy": "policy",
    "lookahead": "policies",
    "ideal": "policies",
}
# settings that rungs of one ladder need not share
_OF_A_RUNG: Final = frozenset({"label", "run", "created", "seed", "mode"})


@dataclass(frozen=True, slots=True)
class Rung:
    """A reader against a subject. `gain` is its net in points above what the game is worth to it, with its 95%
    interval; `exploitability` is what the best reply to each round's policy would have gained in these rounds."""

    reader: str
    reads: str
    cell: CellReport | ExactCell
    gain: Estimate
    exploitability: Estimate

    @property
    def is_exact(self) -> bool:
        """Whether it was followed instead of being played."""
        return isinstance(self.cell, ExactCell)


@dataclass(frozen=True, slots=True)
class Ladder:
    """A subject's rungs in a game, the lowest first. `name` is the subject's, safe to print."""

    name: str
    game: Game
    rungs: Sequence[Rung]

    @property
    def top(self) -> Rung:
        """The rung that the others are compared with: the ideal reader if there is one, else the one that gains
        most."""
        ideal = [rung for rung in self.rungs if rung.reader.startswith("ideal")]
        return max(ideal or self.rungs, key=lambda rung: (bool(ideal) and rung.is_exact, gained(rung)))

    def share(self, rung: Rung) -> float | None:
        """How much of the top's gain a rung reaches, in percent; None if the top gains nothing."""
        most, gain = self.top.gain.value, rung.gain.value
        return 100.0 * gain / most if most is not None and gain is not None and most > 0.0 else None

    @property
    def falls(self) -> list[tuple[Rung, Rung]]:
        """Readers that plan and gain less than one which looks less far ahead, with the one of those that gains most.
        What was followed is compared with what was followed, and what was played with what was played."""
        found = []
        for rung in self.rungs:
            shorter = [one for one in self.rungs if 0 < _depth(one) < _depth(rung) and one.is_exact == rung.is_exact]
            before = max(shorter, key=gained, default=rung)
            if gained(rung) < gained(before) - _ROUNDING:
                found.append((rung, before))
        return found


def ladders(runs: TournamentRuns) -> list[Ladder]:
    """The ladders that can be made of some runs: of each subject in a game, asked in the same way, against at least
    three of the readers."""
    climbed: dict[tuple[object, ...], list[Rung]] = {}
    for cell in runs.shown:
        rung = _rung(cell)
        if rung is not None:
            climbed.setdefault(_key(cell.settings), []).append(rung)
    found = []
    for rungs in climbed.values():
        if len({rung.reader for rung in rungs}) >= FEWEST:
            rungs.sort(key=lambda rung: (_place(rung.reader), rung.is_exact))
            found.append(Ladder(_name(runs, rungs), rungs[0].cell.game, rungs))
    return found


def gained(rung: Rung) -> float:
    """A rung's gain in points."""
    assert rung.gain.value is not None, "a rung has a net"
    return rung.gain.value


def _rung(cell: CellReport | ExactCell) -> Rung | None:
    reader = cell.cell.spec.opponent
    kind = reader.partition(":")[0]
    if kind not in _READS or cell.net.value is None:
        return None
    value = value_of(cell.game)
    ends = cell.net.interval
    gain = Estimate(value - cell.net.value, None if ends is None else (value - ends[1], value - ends[0]))
    return Rung(reader, _READS[kind], cell, gain, cell.exploitability)


def _key(settings: Settings) -> tuple[object, ...]:
    return tuple(
        sorted(
            (name, str(value))
            for name, value in settings.items()
            if name not in _OF_A_RUNG and not name.startswith("opponent")
        )
    )


def _place(reader: str) -> tuple[int, int, str]:
    """A reader's place on the ladder: readers of one kind by the first number in how they are written."""
    try:
        argument = parse_agent(reader).argument.partition(",")[0]
    except ArenaError:
        argument = ""
    return list(_READS).index(reader.partition(":")[0]), int(argument) if argument.isdecimal() else 0, reader


def _depth(rung: Rung) -> float:
    """How many rounds a reader of policies looks at; 0 for others."""
    kind, number, _ = _place(rung.reader)
    depths = {"greedy": 1.0, "lookahead": float(number), "ideal": math.inf}
    return depths.get(list(_READS)[kind], 0.0)


def _name(runs: TournamentRuns, rungs: Sequence[Rung]) -> str:
    """The subject's name, with what isn't its opponent."""
    label = runs.label(rungs[0].cell)
    return label.replace(f" v. {rungs[0].reader}", "").replace(", exact", "")
