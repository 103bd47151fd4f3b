"""A sitting: matches of one pairing in a row, by a person or as a show, with each round stored as it is played."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from typing import Final

from msgspec.structs import replace

from arena.agents.dial import Dial
from arena.agents.person import Person
from arena.backends.loading import Models
from arena.experiments.experiment import run_spec
from arena.experiments.tournament.cells import Cell
from arena.experiments.tournament.dialled import keep_share, last_share
from arena.experiments.tournament.match import Pairing, play_match
from arena.experiments.tournament.spec import TournamentSpec
from arena.experiments.tournament.tournament import Tournament
from arena.records import Round
from arena.store.rows import RunSpec
from arena.store.store import Store
from arena.store.writer import FLUSH_SECONDS, RunWriter

SITTING: Final = "match"  # the experiment


class _Matches(Tournament):
    """A run of matches that are played one after another."""

    experiment = SITTING
    in_order = True


async def sitting_run(cell: Cell, pairing: Pairing, spec: TournamentSpec, models: Models) -> RunSpec:
    """The run of a sitting. Raises ModelError or InputError for a model that isn't ready here."""
    return await run_spec(_Matches([cell], replace(spec, matches=1, seed=pairing.seed)), models)


class Sitting:
    """The matches of one sitting; close it at the end. Raises StoreError if the store refuses.

    The same pairing with the same seed in the same store is the same run: the numbering of its matches continues.
    """

    def __init__(self, cell: Cell, pairing: Pairing, rounds: int, run: RunSpec, store: Store) -> None:
        self._key = cell.spec.key
        self._pairing = pairing
        self._dial = pairing.subject if isinstance(pairing.subject, Dial) else None
        self._rounds = rounds
        self._slow = isinstance(pairing.subject, Person) or isinstance(pairing.opponent, Person)
        self._store = store
        self._spec = run
        self._writer: RunWriter | None = None

    def close(self) -> None:
        """Free the run for other writers."""
        if self._writer is not None:
            self._writer.close()

    @property
    def run(self) -> str | None:
        """The name of the run that holds the matches; None until a round has been played."""
        return None if self._writer is None else self._writer.run.name

    async def play(self, go_on: bool = False) -> AsyncGenerator[Round, None]:
        """Play the next match; or `go_on` with the last one if it wasn't finished, whose rounds come first. A match
        that isn't played to its end is kept, marked as abandoned."""
        number = self._next_match()
        history = self._writer.reopen_match(self._key, number - 1) if go_on and self._writer is not None else ()
        number -= bool(history)
        self._turn_back(number, len(history))
        since = time.monotonic()
        flushed = since - FLUSH_SECONDS
        done = len(history)
        writer = self._writer
        try:
            for played in history:
                yield played
            async for played in play_match(self._pairing, number, self._rounds, history):
                if writer is None or not done:
                    writer = self._begun(number)
                if self._dial is not None:
                    keep_share(writer, self._key, number, played.number, self._dial)
                writer.add_round(self._key, number, played)
                if self._slow or time.monotonic() - flushed >= FLUSH_SECONDS:
                    writer.flush()  # the next round may take a minute
                    flushed = time.monotonic()
                done = played.number
                yield played
        finally:
            if writer is not None and done:
                self._end(writer, number, done == self._rounds, time.monotonic() - since)

    def _next_match(self) -> int:
        if self._writer is None and self._store.find(self._spec) is not None:
            self._writer = self._store.begin(self._spec)
        return 0 if self._writer is None else self._writer.next_match(self._key)

    def _turn_back(self, match: int, played: int) -> None:
        """Turn the dial to where it was when a match was left."""
        if self._dial is not None and self._writer is not None and played:
            share = last_share(self._writer, self._key, match, played)
            self._dial.share = self._dial.share if share is None else share

    def _begun(self, number: int) -> RunWriter:
        """The writer, made late: a sitting that is left before its first round leaves nothing in the store."""
        if self._writer is None:
            self._writer = self._store.begin(self._spec)
        self._writer.raise_size(number + 1)
        return self._writer

    def _end(self, writer: RunWriter, number: int, whole: bool, seconds: float) -> None:
        writer.add_seconds(self._key, seconds)
        if whole:
            writer.finish_match(self._key, number)
            writer.finish()
        else:
            writer.abandon_match(self._key, number)
            writer.flush()
