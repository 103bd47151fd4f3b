"""What a subject read and wrote in the rounds that count, in tokens."""

from __future__ import annotations

from dataclasses import dataclass

from arena.store.codec import decode_answers, decoding
from arena.store.rows import CellRow
from arena.store.store import COUNTED, Store


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens per round: those of its prompt, and those of all answers drawn; None for a subject that has no prompts."""

    prompt: float
    answers: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.prompt + self.answers


def spent(store: Store, cell: CellRow) -> Spent | None:
    """The means over the cell's rounds. A prompt counts once per round, however many answers were drawn to it. Raises
    StoreError."""
    size = "SELECT length(p.tokens) / 4 FROM prompts p WHERE p.cell = r.cell AND p.number = r.prompt"
    query = f"SELECT ({size}), r.answers {COUNTED}"
    with store.holding(cell.run).guard() as connection, decoding():
        rows = connection.execute(query, (cell.id, cell.below, cell.reached)).fetchall()
        if not rows or any(size is None for size, _ in rows):
            return None
        answers = sum(len(answer.tokens) for _, text in rows for answer in decode_answers(text))
        return Spent(sum(size for size, _ in rows) / len(rows), answers / len(rows))
