"""What a model makes of a document, as the store has it: an answer whose text is the document's name, and whose value
are these numbers. The document itself isn't stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from arena.errors import StoreError
from arena.records import Answer, Sample
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store

EXPERIMENT: Final = "perplexity"
PREFIX: Final = "prefix"  # the name of the finding that says what stands before each window


class Predicted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A document's surprisal in bits, over `tokens` of the model's tokens and `bytes` of UTF-8 that were scored, and
    the number of its words. The first token has no probability if nothing stands before it, and isn't scored then."""

    bits: float
    tokens: int
    bytes: int
    words: int
    windows: int
    sha256: str

    def answer(self, name: str) -> Answer:
        """These numbers of the document of that name, as they are stored."""
        return Answer(Sample(name, (), "eos"), msgspec.to_builtins(self))


@dataclass(frozen=True)
class Reading:
    """What a model made of documents: those that count, by name in order. `bos` is whether its windows begin with BOS,
    `before` how many tokens stand before each."""

    run: RunRow
    cell: CellRow
    documents: Mapping[str, Predicted]
    bos: bool | None
    before: int | None


def read_readings(store: Store, run: RunRow) -> list[Reading]:
    """The readings of a run, model by model. Raises StoreError for numbers that make no sense."""
    return [_reading(store, run, cell) for cell in store.cells(run)]


def _reading(store: Store, run: RunRow, cell: CellRow) -> Reading:
    prefix = store.findings(cell).get(PREFIX, {})
    documents = {}
    try:
        for answer in store.answers(cell):
            found = msgspec.convert(answer.value, Predicted)
            if not (0 <= found.bits < float("inf") and min(found.tokens, found.bytes, found.words) >= 0):
                raise ValueError(f"a surprisal of {found.bits} bits")
            documents[answer.sample.text] = found
    except ValueError as error:  # msgspec's too
        raise damaged(store, cell, str(error)) from error
    return Reading(run, cell, documents, prefix.get("bos"), prefix.get("tokens"))


def damaged(store: Store, cell: CellRow, what: str) -> StoreError:
    """That something stored makes no sense."""
    return StoreError(
        f"the store {store.shown} is damaged (run {cell.run}, {cell.spec.subject}, {cell.spec.what}: {what}): "
        "put a good copy in its place, or name another file with --store"
    )
