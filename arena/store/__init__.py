"""The run store: one SQLite file. Rounds go in as they are played, rows and columns come out.

rows.py       the rows that are read back, and what a run is
store.py      reading
spending.py   what a subject read and wrote, in tokens
several.py    reading several stores as one
writer.py     writing one run as it is played
saving.py     a cell's clock
registry.py   which runs there are
manifest.py   machines, builds and commands of a run
rounds.py     a cell's rounds as columns, in chunks
kept.py       a cell's numbers, to be shown again
progress.py   how far cells have come, and how much of each counts
codec.py      from records to rows and back
checks.py     checks of what is read back
export.py     everything as tables for other programs
merging.py    several stores into one
parts.py      a run as each of several stores has it, and whether they agree
columns.py    the columns of exported tables
sinks.py      CSV, JSON lines, Parquet
database.py   the file: its schema, its transactions
former.py     older schemas
place.py      whether the file is still where it was opened
lock.py       one writer per run
failures.py   refusals of SQLite and the file system, as sentences
"""

from arena.store.rows import CellRow, CellSpec, PromptRow, RoundColumns, RunRow, RunSpec
from arena.store.store import Store
from arena.store.writer import RunWriter

__all__ = ["CellRow", "CellSpec", "PromptRow", "RoundColumns", "RunRow", "RunSpec", "RunWriter", "Store"]
