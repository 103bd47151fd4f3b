"""Recordings as a run of matches, and back: a cell holds everyone who played against the same opponent, in the seat of
the subject, and the finding `people` names them in the order of the matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from arena.backends.loading import Models
from arena.errors import InputError
from arena.experiments.people.recordings import Recording
from arena.games import Game
from arena.randomness import stream
from arena.records import Decision, Round
from arena.store.codec import canonical
from arena.store.manifest import with_commands
from arena.store.rows import CellSpec, RunRow, RunSpec, Unit
from arena.store.store import Store

EXPERIMENT: Final = "people"
NAMES: Final = "people"  # the finding of a cell
_SUBJECT: Final = "people"
_RECORDED: Final = "recorded"  # the opponent's kind: it is no agent that could play again


@dataclass(frozen=True, slots=True)
class Kept:
    """The run that has the recordings, and whether it was there before."""

    run: RunRow
    known: bool


def keep_recordings(store: Store, recordings: Sequence[Recording], game: Game, command: str = "") -> Kept:
    """Store recordings, or find them where they are. An import that was interrupted goes on. Raises StoreError."""
    by_opponent: dict[str, list[Recording]] = {}
    for recording in recordings:
        by_opponent.setdefault(recording.opponent, []).append(recording)
    spec = _spec(by_opponent, game, command)
    known = store.find(spec)
    if known is not None and known.finished:
        return Kept(known, known=True)
    with store.begin(spec) as writer:
        for cell, people in zip(spec.cells, by_opponent.values(), strict=True):
            writer.set_finding(cell.key, NAMES, {"names": [recording.person for recording in people]})
            finished, begun = writer.finished(cell.key), writer.open_matches(cell.key)
            for number, recording in enumerate(people):
                if number in finished:
                    continue
                for played in _rounds(recording, game)[len(begun.get(number, ())) :]:
                    writer.add_round(cell.key, number, played)
                if len(recording.moves) == spec.rounds:
                    writer.finish_match(cell.key, number)
                else:
                    writer.abandon_match(cell.key, number)
        writer.finish()
        return Kept(writer.run, known=False)


def recorded_run(store: Store, name: str | None = None) -> RunRow:
    """The run of that name that has recordings, or the latest one. Raises InputError if there is none."""
    if name is not None:
        run = store.run(name)
        if run.spec.experiment != EXPERIMENT:
            raise InputError(f"the run {run.name} has no recorded people: `arena people import` makes one that has")
        return run
    found = [run for run in store.runs() if run.spec.experiment == EXPERIMENT and run.finished]
    if not found:
        raise InputError(f"the store {store.shown} holds no recorded people yet: `arena people import` reads some")
    return found[-1]


def _spec(by_opponent: dict[str, list[Recording]], game: Game, command: str) -> RunSpec:
    everything = [
        [opponent, [[one.person, one.moves, one.replies] for one in people]] for opponent, people in by_opponent.items()
    ]
    return RunSpec(
        experiment=EXPERIMENT,
        unit=Unit.MATCH,
        cells=tuple(_cell(opponent, game) for opponent in by_opponent),
        size=max(map(len, by_opponent.values())),
        seed=0,
        models={},
        manifest=with_commands(Models().manifest(), [command] if command else []),
        rounds=max(len(one.moves) for people in by_opponent.values() for one in people),
        settings={"recorded": sha256(canonical(sorted(everything)).encode()).hexdigest()},
        in_order=True,
    )


def _cell(opponent: str, game: Game) -> CellSpec:
    against = f"{_RECORDED}:{opponent}" if opponent else _RECORDED
    return CellSpec(stream(_SUBJECT, against, game.name, "-", "-"), _SUBJECT, against, game.name)


def _rounds(recording: Recording, game: Game) -> list[Round]:
    """The rounds as they are stored. One without a move is a forfeit; one that the table left out is one by both."""
    return [
        Round(number, game.outcome(move, reply), Decision(None, move), Decision(None, reply))
        for number, (move, reply) in enumerate(zip(recording.moves, recording.replies, strict=True), 1)
    ]
