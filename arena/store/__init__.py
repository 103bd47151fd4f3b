"""The run store: one SQLite file. Rounds go in as they are played, rows and columns come out."""

from arena.store.rows import CellRow, CellSpec, PromptRow, RoundColumns, RunRow, RunSpec
from arena.store.store import Store
from arena.store.writer import RunWriter

__all__ = ["CellRow", "CellSpec", "PromptRow", "RoundColumns", "RunRow", "RunSpec", "RunWriter", "Store"]
