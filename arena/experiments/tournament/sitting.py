"""A sitting: matches at one table, one after another, each round stored as it is played. A person's, or a show."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from types import TracebackType
from typing import Self

from arena.agents.person import Person
from arena.backends.loading import Models
from arena.experiments.tournament.cells import Cell, Options
from arena.experiments.tournament.match import Table, play_match
from arena.experiments.tournament.tournament import Tournament, run_spec
from arena.records import Round
from arena.store.rows import MATCH_KIND, RunSpec
from arena.store.store import Store
from arena.store.writer import FLUSH_SECONDS, RunWriter


class Sitting:
    """The matches of one sitting; an asynchronous context manager. Raises StoreError where the store refuses.

    The same table with the same seed in the same store is the same run: its matches go on counting.
    """

    def __init__(self, cell: Cell, table: Table, rounds: int, options: Options, store: Store, models: Models) -> None:
        self._key = cell.spec.key
        self._table = table
        self._rounds = rounds
        self._slow = isinstance(table.subject, Person) or isinstance(table.opponent, Person)
        self._store = store
        self._models = models
        self._tournament = Tournament([cell], 1, rounds, table.seed, options)
        self._spec: RunSpec
        self._writer: RunWriter | None = None

    async def __aenter__(self) -> Self:
        self._spec = replace(await run_spec(self._tournament, self._models), kind=MATCH_KIND)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.close()

    @property
    def run(self) -> str | None:
        """The name of the run that holds the matches; None until a round was played."""
        return None if self._writer is None else self._writer.run.name

    async def play(self) -> AsyncGenerator[Round, None]:
        """Play the next match. One that isn't played to its end is kept, marked as abandoned."""
        number = self._next_match()
        since = time.monotonic()
        flushed = since - FLUSH_SECONDS
        done = 0
        writer = self._writer
        try:
            async for played in play_match(self._table, number, self._rounds):
                if writer is None or not done:
                    writer = self._begun(number)
                writer.add_round(self._key, number, played)
                if self._slow or time.monotonic() - flushed >= FLUSH_SECONDS:
                    writer.flush()  # the next round may come in a minute
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

    def _begun(self, number: int) -> RunWriter:
        """The writer: a sitting that is left before its first round leaves nothing in the store."""
        if self._writer is None:
            self._writer = self._store.begin(self._spec)
        self._writer.raise_games(number + 1)
        return self._writer

    def _end(self, writer: RunWriter, number: int, whole: bool, seconds: float) -> None:
        writer.add_seconds(self._key, seconds)
        if whole:
            writer.finish_match(self._key, number)
            writer.finish()
        else:
            writer.abandon_match(self._key, number)
            writer.flush()
