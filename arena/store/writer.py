"""Writing one run as it is played: cheap to call for each round, on disk half a second later.

Rounds are kept in memory and written in one short transaction, so that a process writing another run of the
same store never waits for long, and a process killed at any instant leaves only whole rounds.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

from arena.games import parse_game
from arena.records import Answer, Prompt, Round, Seat
from arena.store.checks import check_match
from arena.store.codec import (
    ANSWER_COLUMNS,
    ROUND_COLUMNS,
    canonical,
    decode_answer,
    decode_round,
    decoding,
    encode_answer,
    encode_prompt,
    encode_round,
    json_object,
    prompt_hash,
)
from arena.store.database import Database
from arena.store.failures import DamagedError
from arena.store.lock import RunLock
from arena.store.registry import enter_run, mark_finished, note_going_on, raise_size
from arena.store.rows import CellRow, RunRow, RunSpec

FLUSH_SECONDS: Final = 0.5
_MOST_PROMPTS: Final = 1024  # whose numbers are remembered; others are looked up

# What is written at each flush, in this order: the SQL of each kind of row. Writing a row again changes nothing,
# because a signal may strike between the commit and the emptying of the buffers. That no round comes twice is checked
# when it is added.
_WRITE: Final = {
    "match": "INSERT INTO matches (cell, number) VALUES (?, ?) ON CONFLICT DO NOTHING",
    "prompt": "INSERT INTO prompts (cell, seat, number, sha256, text, tokens, top_tokens, top_logprobs)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    "round": f"INSERT INTO rounds (cell, match, {ROUND_COLUMNS})"
    f" VALUES (?, ?{', ?' * len(ROUND_COLUMNS.split(','))}) ON CONFLICT DO NOTHING",
    "finished": "UPDATE matches SET finished = 1 WHERE cell = ? AND number = ?",
    "reopened": "UPDATE matches SET abandoned = 0 WHERE cell = ? AND number = ?",
    "abandoned": "UPDATE matches SET abandoned = 1 WHERE cell = ? AND number = ?",
    "answer": f"INSERT INTO answers (cell, number, {ANSWER_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    "finding": "INSERT OR REPLACE INTO findings VALUES (?, ?, ?)",
}
_SET_SECONDS: Final = "UPDATE cells SET seconds = ? WHERE id = ?"


class RunWriter(AbstractContextManager["RunWriter"]):
    """The one writer of a run, from `begin` to `close`. A key that isn't a cell of the run raises KeyError."""

    def __init__(self, database: Database, run: RunRow, lock: RunLock) -> None:
        self.run = run
        self._database = database
        self._lock = lock
        # what is already in the store, kept up to date with what is added
        self._cells: dict[str, int] = {}
        self._seconds: dict[int, float] = {}
        self._finished: defaultdict[int, set[int]] = defaultdict(set)
        self._last_round: dict[tuple[int, int], int] = {}
        self._prompts: dict[tuple[int, str, bytes], int] = {}  # the numbers of some, among them all that are new
        self._are_more_stored = False  # whether the store has others of this run
        self._prompt_count: defaultdict[int, int] = defaultdict(int)
        # what is not in the store yet
        self._pending_since: float | None = None
        self._new: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in _WRITE}
        self._new_seconds: set[int] = set()
        self.working: list[str] = []  # the cells whose time is being taken since that moment (`arena.store.saving`)
        self.since = 0.0
        self._load()

    @classmethod
    def begin(cls, database: Database, spec: RunSpec) -> RunWriter:
        """The writer of the run with this spec; see `Store.begin`."""
        run = enter_run(database, spec)
        lock = RunLock.take(database.file, run.name)
        try:
            run = raise_size(database, run, spec.size)
            if not run.finished:
                run = note_going_on(database, run, spec.manifest)
            writer = cls(database, run, lock)
            with database.guard():
                if not {cell.key for cell in spec.cells} <= set(writer._cells):
                    raise DamagedError(f"the cells of run {run.name} are not those that it began with")
            return writer
        except BaseException:
            lock.give_up()
            raise

    def __exit__(self, *_: object) -> None:
        self.close()

    def finished(self, key: str) -> set[int]:
        """The numbers of the cell's finished matches."""
        return set(self._finished[self._cells[key]])

    def open_matches(self, key: str) -> dict[int, tuple[Round, ...]]:
        """The rounds so far of each match that was begun and neither finished nor abandoned, by its number.

        The rounds are complete except for their prompts, which are None. A match may have all its rounds and only
        lack `finish_match`, if the process was killed between the two. Raises StoreError.
        """
        self.flush()
        found: defaultdict[int, list[Round]] = defaultdict(list)
        with self._database.guard() as connection, decoding():
            rows = connection.execute(
                f"SELECT match, {ROUND_COLUMNS} FROM rounds WHERE cell = ?1 AND match IN (SELECT number FROM matches"
                " WHERE cell = ?1 AND finished = 0 AND abandoned = 0) ORDER BY match, number",
                (self._cells[key],),
            )
            for match, *row in rows:
                found[match].append(decode_round(row, {}))
            spec = next(cell for cell in self.run.spec.cells if cell.key == key)
            cell = CellRow(self._cells[key], spec, 0, 0, 0.0, run=self.run.name, rounds=self.run.spec.rounds)
            for match, rounds in found.items():
                check_match(cell, parse_game(spec.what), match, rounds)
        return {match: tuple(rounds) for match, rounds in found.items()}

    def add_round(self, key: str, match: int, played: Round) -> None:
        """Add the next round of a match; the first opens it. Writes if rounds have waited half a second.

        Raises StoreError, and ValueError for a round that is not the match's next.
        """
        cell = self._cells[key]
        last = self._last_round.get((cell, match), 0)
        if match in self._finished[cell] or played.number != last + 1:
            raise ValueError(f"{key}, match {match}: round {played.number} can't follow round {last}")
        row = encode_round(
            played,
            self._prompt_number(cell, Seat.SUBJECT, played.subject.prompt),
            self._prompt_number(cell, Seat.OPPONENT, played.opponent.prompt),
        )
        if not last:
            self._new["match"].append((cell, match))
        self._new["round"].append((cell, match, *row))
        self._last_round[cell, match] = played.number
        self._note_change()

    def finish_match(self, key: str, match: int) -> None:
        """Mark a match as played to its end. Raises StoreError, and ValueError for one without rounds."""
        cell = self._cells[key]
        if self._last_round.pop((cell, match), None) is None:
            raise ValueError(f"{key}, match {match}: it has no rounds, or was finished before")
        self._finished[cell].add(match)
        self._new["finished"].append((cell, match))
        self._note_change()

    def abandon_match(self, key: str, match: int) -> None:
        """Mark a match as abandoned by a person: it stays, and isn't continued. One without rounds leaves nothing."""
        cell = self._cells[key]
        if (cell, match) in self._last_round:
            self._new["abandoned"].append((cell, match))
            self._note_change()

    def reopen_match(self, key: str, match: int) -> tuple[Round, ...]:
        """Go on with a match that a person abandoned, or that was interrupted: its rounds so far, as `open_matches`
        gives them; none for a match that is finished or was never begun. Raises StoreError."""
        cell = self._cells[key]
        if (cell, match) not in self._last_round:
            return ()
        self._new["reopened"].append((cell, match))
        self._note_change()
        return self.open_matches(key)[match]

    def answers(self, key: str) -> dict[int, Answer]:
        """The answers of a cell by the number of their draw. Raises StoreError."""
        self.flush()
        with self._database.guard() as connection, decoding():
            rows = connection.execute(
                f"SELECT number, {ANSWER_COLUMNS} FROM answers WHERE cell = ?", (self._cells[key],)
            ).fetchall()
            return {number: decode_answer(*row) for number, *row in rows}

    def valid_answers(self, key: str) -> int:
        """How many valid answers a cell has. Raises StoreError."""
        self.flush()
        with self._database.guard() as connection:
            query = "SELECT COUNT(value) FROM answers WHERE cell = ?"
            return int(connection.execute(query, (self._cells[key],)).fetchone()[0])

    def add_answer(self, key: str, number: int, answer: Answer) -> None:
        """Add an answer; one that is already there stays as it is. Raises StoreError."""
        self._new["answer"].append((self._cells[key], number, *encode_answer(answer)))
        self._note_change()

    def take_back_answer(self, key: str, number: int) -> None:
        """Remove an answer whose giver has changed their mind, at once. Raises StoreError."""
        self.flush()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM answers WHERE cell = ? AND number = ?", (self._cells[key], number))

    def add_prompt(self, key: str, prompt: Prompt) -> None:
        """Add a prompt that a cell asks. Raises StoreError."""
        self._prompt_number(self._cells[key], Seat.SUBJECT, prompt)
        self._note_change()

    def findings(self, key: str) -> set[str]:
        """The names of a cell's findings. Raises StoreError."""
        with self._database.guard() as connection:
            rows = connection.execute("SELECT name FROM findings WHERE cell = ?", (self._cells[key],))
            return {name for (name,) in rows}

    def finding(self, key: str, name: str) -> dict[str, Any] | None:
        """A cell's finding; None if it has none of that name. Raises StoreError."""
        self.flush()
        with self._database.guard() as connection, decoding():
            query = "SELECT found FROM findings WHERE cell = ? AND name = ?"
            row = connection.execute(query, (self._cells[key], name)).fetchone()
            return None if row is None else json_object(row[0])

    def set_finding(self, key: str, name: str, found: Mapping[str, Any]) -> None:
        """Set a cell's finding and write it at once. A name with a space says that it is stored on the way to another
        one, so that the cell isn't done yet. Raises StoreError."""
        self.add_finding(key, name, found)
        self.flush()

    def add_finding(self, key: str, name: str, found: Mapping[str, Any]) -> None:
        """Set a cell's finding, to be written no later than whatever is added after it. Raises StoreError."""
        self._new["finding"].append((self._cells[key], name, canonical(found)))
        self._note_change()

    def next_match(self, key: str) -> int:
        """The first number that no match of the cell has had."""
        cell = self._cells[key]
        begun = {match for of_cell, match in self._last_round if of_cell == cell}
        return max(self._finished[cell] | begun, default=-1) + 1

    def raise_size(self, size: int) -> None:
        """Raise the run's size to at least `size`. Raises StoreError."""
        self.run = raise_size(self._database, self.run, size)

    def add_seconds(self, key: str, seconds: float) -> None:
        """Add to the time spent on the cell. Raises StoreError."""
        cell = self._cells[key]
        self._seconds[cell] += seconds
        self._new_seconds.add(cell)
        self._note_change()

    def flush(self) -> None:
        """Write everything that was added. Raises StoreError; it is then kept, and tried again next time."""
        if self._pending_since is None:
            return
        with self._database.transaction() as connection:
            for kind, rows in self._new.items():
                connection.executemany(_WRITE[kind], rows)
            connection.executemany(_SET_SECONDS, [(self._seconds[cell], cell) for cell in self._new_seconds])
        for rows in self._new.values():
            rows.clear()
        self._new_seconds.clear()
        self._pending_since = None
        if len(self._prompts) > _MOST_PROMPTS:  # all are in the store now
            self._prompts.clear()
            self._are_more_stored = True

    def finish(self) -> None:
        """Write everything and mark the run as finished at its present size. Raises StoreError."""
        self.flush()
        self.run = mark_finished(self._database, self.run)

    def close(self) -> None:
        """Write everything and give up the run's lock, even if writing fails. Raises StoreError."""
        try:
            self.flush()
        finally:
            self._lock.give_up()

    def _note_change(self) -> None:
        now = time.monotonic()
        if self._pending_since is None:
            self._pending_since = now
        elif now - self._pending_since >= FLUSH_SECONDS:
            self.flush()

    def _prompt_number(self, cell: int, seat: Seat, prompt: Prompt | None) -> int | None:
        """The prompt's number in its cell; a new prompt is queued to be written. Raises StoreError."""
        if prompt is None:
            return None
        key = cell, seat, prompt_hash(prompt)
        number = self._prompts.get(key)
        if number is None:
            number = self._stored_prompt(*key) if self._are_more_stored else None
            if number is None:
                number = self._prompt_count[cell]
                self._prompt_count[cell] += 1
                self._new["prompt"].append((cell, seat, number, key[-1], *encode_prompt(prompt)))
            self._prompts[key] = number
        return number

    def _stored_prompt(self, cell: int, seat: str, digest: bytes) -> int | None:
        query = "SELECT number FROM prompts WHERE cell = ? AND seat = ? AND sha256 = ?"
        with self._database.looking_up() as connection:
            number: int | None = next((row[0] for row in connection.execute(query, (cell, seat, digest))), None)
        return number

    def _load(self) -> None:
        of_run = "cell IN (SELECT id FROM cells WHERE run = ?)"
        run = (self.run.id,)
        with self._database.snapshot() as connection:
            for cell, key, seconds in connection.execute("SELECT id, key, seconds FROM cells WHERE run = ?", run):
                if type(seconds) is not float:
                    raise DamagedError(f"the seconds of the cell {key} aren't a time")
                self._cells[key] = cell
                self._seconds[cell] = seconds
            for cell, number in connection.execute(
                f"SELECT cell, number FROM matches WHERE {of_run} AND finished = 1", run
            ):
                self._finished[cell].add(number)
            for cell, match, last in connection.execute(
                # not a join: SQLite would look through all rounds for it
                "SELECT cell, number, (SELECT MAX(r.number) FROM rounds r WHERE r.cell = m.cell AND r.match = m.number)"
                f" FROM matches m WHERE {of_run} AND finished = 0",
                run,
            ):
                if last is not None:
                    self._last_round[cell, match] = last
            for cell, last in connection.execute(
                "SELECT id, (SELECT MAX(number) FROM prompts WHERE cell = id) FROM cells WHERE run = ?", run
            ):
                if last is not None:
                    self._prompt_count[cell] = last + 1
                    self._are_more_stored = True
