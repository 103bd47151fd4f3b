"""A model's numbers over documents: bits per byte, perplexity per token and per word; and two models' over the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.experiments.prediction.predicted import Predicted, Reading, read_readings
from arena.reports.prediction.naming import names_of, rows_of
from arena.reports.settings import run_document
from arena.stats.clusters import Estimate
from arena.stats.ratios import paired_difference, ratio
from arena.store.rows import RunRow
from arena.store.store import Store

Floats = NDArray[np.float64]

MEASURES = {"bits_per_byte": "bytes", "token_perplexity": "tokens", "word_perplexity": "words"}  # and what they are per


@dataclass(frozen=True)
class Reader:
    """A model and what it made of documents; `name` is what people see."""

    name: str
    settings: Mapping[str, Any]
    reading: Reading

    @cached_property
    def read(self) -> dict[str, Predicted]:
        """The documents of which anything was scored, by name."""
        return {name: found for name, found in self.reading.documents.items() if found.bytes > 0}

    @property
    def empty(self) -> int:
        """How many documents had nothing to score."""
        return len(self.reading.documents) - len(self.read)

    @property
    def state(self) -> str:
        """How far it is, "" if every document was read."""
        done, wanted = len(self.reading.documents), self.reading.run.spec.size
        return "" if done >= wanted else f"{done} of {wanted}"

    def estimate(self, measure: str) -> Estimate:
        """One of MEASURES over all documents, with its interval over documents."""
        found = ratio(self._bits(self.read), self._sizes(self.read, MEASURES[measure]))
        return found if measure == "bits_per_byte" else _as_perplexity(found)

    def minus(self, other: Reader) -> tuple[Estimate, int, int]:
        """The difference in bits per byte on the documents that both have read; on how many of them this one's are
        fewer; and how many these are."""
        names = [name for name, found in self.read.items() if other.has(name, found)]
        mine, theirs = self._sizes(names, "bytes"), other._sizes(names, "bytes")
        found = paired_difference(self._bits(names), mine, other._bits(names), theirs)
        fewer = int((self._bits(names) / mine < other._bits(names) / theirs).sum()) if names else 0
        return found, fewer, len(names)

    def has(self, name: str, found: Predicted) -> bool:
        """Whether it has read the same document."""
        return name in self.read and self.read[name].sha256 == found.sha256

    def _bits(self, names: Sequence[str] | Mapping[str, Predicted]) -> Floats:
        return np.array([self.read[name].bits for name in names], dtype=float)

    def _sizes(self, names: Sequence[str] | Mapping[str, Predicted], what: str) -> Floats:
        return np.array([getattr(self.read[name], what) for name in names], dtype=float)

    def to_json(self) -> dict[str, Any]:
        """All numbers, with nothing rounded."""
        found: dict[str, Any] = {"name": self.name, "subject": self.reading.cell.spec.subject}
        found |= {"what": self.reading.cell.spec.what, "documents": len(self.read), "empty": self.empty}
        for measure in MEASURES:
            estimate = self.estimate(measure)
            found |= {measure: estimate.value, f"{measure}_ci": estimate.interval}
        return found | {"bos": self.reading.bos, "tokens_before": self.reading.before}

    def records(self) -> list[dict[str, Any]]:
        """Every document's numbers."""
        return [
            {
                "name": self.name,
                "document": name,
                "bits": found.bits,
                "bytes": found.bytes,
                "tokens": found.tokens,
                "words": found.words,
                "bits_per_byte": found.bits / found.bytes if found.bytes else None,
                "windows": found.windows,
                "sha256": found.sha256,
            }
            for name, found in self.reading.documents.items()
        ]


def _as_perplexity(bits: Estimate) -> Estimate:
    """2 to the power of bits, and of their interval's ends; None where that is beyond any number."""
    value = _power(bits.value)
    if bits.interval is None:
        return Estimate(value)
    low, high = (_power(end) for end in bits.interval)
    return Estimate(value, None if low is None or high is None else (low, high))


def _power(bits: float | None) -> float | None:
    return None if bits is None or bits > 1000 else math.pow(2.0, bits)


@dataclass(frozen=True)
class Readers:
    """What the report is about."""

    runs: tuple[RunRow, ...]
    readers: tuple[Reader, ...]

    def pairs(self) -> list[tuple[Reader, Reader]]:
        """Every two models that have read a document of the same text, in order."""
        return [
            (one, other)
            for at, one in enumerate(self.readers)
            for other in self.readers[at + 1 :]
            if any(other.has(name, found) for name, found in one.read.items())
        ]

    def to_json(self) -> dict[str, Any]:
        """Everything, as a document."""
        return {
            "runs": [run_document(run) for run in self.runs],
            "models": [reader.to_json() for reader in self.readers],
            "documents": [record for reader in self.readers for record in reader.records()],
        }


def read_runs(store: Store, runs: Sequence[RunRow], labels: Mapping[str, str]) -> Readers:
    """Read runs in which documents are predicted. Raises StoreError for a damaged store."""
    found = [reading for run in runs for reading in read_readings(store, run)]
    rows = rows_of([(each.run, each.cell) for each in found], labels)
    readers = [Reader(name, row, each) for name, row, each in zip(names_of(rows), rows, found, strict=True)]
    return Readers(tuple(runs), tuple(readers))
