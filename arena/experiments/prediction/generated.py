"""Generations read back from the store, prompt by prompt, with the surprisals of their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import msgspec

from arena.experiments.prediction.cells import prompt_of
from arena.experiments.prediction.predicted import damaged
from arena.experiments.prediction.surprisal import words
from arena.records import Sample
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store

EXPERIMENT: Final = "anchors"
_SURPRISAL: Final = re.compile(r"surprisal of (\d+) for (.+)", re.DOTALL)  # the name of a finding


class Surprisals(msgspec.Struct, frozen=True):
    """The bits of each word of a cell's first generations, in their order, for one model."""

    bits: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Generations:
    """The generations of a cell that count, in the order of their draws. `surprisals` are by the specs of the models
    that scored them."""

    run: RunRow
    cell: CellRow
    samples: tuple[Sample, ...]
    surprisals: Mapping[str, Sequence[Sequence[float]]] = field(default_factory=dict)

    @property
    def prompt(self) -> str:
        """What was asked."""
        return prompt_of(self.cell.spec.what)

    @cached_property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The words of each generation."""
        return tuple(words(sample.text) for sample in self.samples)


def finding_of(many: int, subject: str) -> str:
    """The name of the finding in which a model's surprisals of the first generations are."""
    return f"surprisal of {many} for {subject}"


def read_generations(store: Store, run: RunRow) -> list[Generations]:
    """The generations of a run, cell by cell. Raises StoreError if a surprisal makes no sense."""
    return [_generations(store, run, cell) for cell in store.cells(run)]


def _generations(store: Store, run: RunRow, cell: CellRow) -> Generations:
    samples = tuple(answer.sample for answer in store.answers(cell))
    found = Generations(run, cell, samples)
    try:
        named = [(_SURPRISAL.fullmatch(name), value) for name, value in store.findings(cell).items()]
        known = sorted(((int(name[1]), name[2], value) for name, value in named if name), key=lambda one: one[:2])
        surprisals = {subject: _checked(value, found.texts) for _, subject, value in known}  # the most, of several
    except ValueError as error:  # msgspec's too
        raise damaged(store, cell, str(error)) from error
    return Generations(run, cell, samples, surprisals)


def _checked(found: Mapping[str, Any], texts: Sequence[Sequence[str]]) -> Sequence[Sequence[float]]:
    """Surprisals, as many as there are words."""
    bits = msgspec.convert(found, Surprisals).bits
    for each, text in zip(bits, texts, strict=False):
        if len(each) not in (0, len(text)) or not all(-1 < bit < 1e9 for bit in each):
            raise ValueError("surprisals that aren't those of the words")
    return bits[: len(texts)]
