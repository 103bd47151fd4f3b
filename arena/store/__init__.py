"""The run store: one SQLite file. Rounds go in as they are played, rows and columns come out.

rows.py       what is given back, and what a run is
store.py      reading
several.py    reading several stores as one
writer.py     writing one run as it is played
saving.py     a cell's clock
registry.py   which runs there are
progress.py   how far cells are, and how much of each counts
codec.py      between records and rows
checks.py     what is read back is checked
export.py     everything as tables for other programs
merging.py    several stores into one
parts.py      a run as each of several stores has it, and whether they agree
sinks.py      CSV, JSON lines, Parquet
database.py   the file: its schema, its transactions
former.py     older schemas
place.py      whether the file still lies where it was opened
lock.py       one writer a run
failures.py   what SQLite and the file system refuse, as sentences
"""

from arena.store.rows import CellRow, CellSpec, PromptRow, RoundColumns, RunRow, RunSpec
from arena.store.store import Store
from arena.store.writer import RunWriter

__all__ = ["CellRow", "CellSpec", "PromptRow", "RoundColumns", "RunRow", "RunSpec", "RunWriter", "Store"]
