"""Runs read from the store, one or several side by side: what is common to all experiments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, TypeVar

from arena.errors import ArenaError, InputError
from arena.reports.cautions import cautions
from arena.reports.provenance import machines_notes, models_note
from arena.reports.settings import Settings, run_document, said_of_all
from arena.store.manifest import facts_of
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store


class MeasuredCell(Protocol):
    """A cell with its measurements."""

    @property
    def settings(self) -> Settings:
        """How the cell came about."""

    def to_json(self) -> dict[str, Any]:
        """All of the cell's numbers."""


NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})

C = TypeVar("C", bound=MeasuredCell)
T = TypeVar("T")


@dataclass(frozen=True)
class Runs(Generic[C]):
    """Runs with their cells, in the runs' order. `families` maps a subject to its model's family, where known;
    `left_out` are sentences about cells that can't be reported here."""

    runs: tuple[RunRow, ...]
    cells: tuple[C, ...]
    families: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    @property
    def run(self) -> RunRow:
        """The first run."""
        return self.runs[0]

    def cautions_of(self, cells: Sequence[MeasuredCell]) -> tuple[str, ...]:
        """The cautions for showing these cells side by side."""
        return cautions([cell.settings for cell in cells], self.families)

    def said_of(self, cells: Sequence[MeasuredCell]) -> tuple[str, ...]:
        """The settings that these cells share, in a sentence, if there are any."""
        return tuple(filter(None, [said_of_all([cell.settings for cell in cells])]))

    def differences_of(self, cells: Sequence[MeasuredCell]) -> tuple[str, ...]:
        """What differs between the models of these cells, and between the runs, and isn't in the cells' names."""
        note = models_note([cell.settings for cell in cells])
        return (*((note,) if note else ()), *machines_notes(self.runs))

    def document(self, cell: C) -> dict[str, Any]:
        """The cell's document, made once."""
        return self._documents[id(cell)]

    @cached_property
    def _documents(self) -> dict[int, dict[str, Any]]:
        return {id(cell): cell.to_json() for cell in self.cells}

    def to_json(self) -> dict[str, Any]:
        """The document of `--json` and `arena report --format json`, without the notes."""
        return {
            "run": self.run.name,
            "seed": self.run.spec.seed,
            "cells": [self.document(cell) for cell in self.cells],
            "manifest": facts_of(self.run.spec.manifest),
            "runs": [run_document(run) for run in self.runs],
            "left_out": list(self.left_out),
        }


def read_cells(
    store: Store, runs: Sequence[RunRow], find: Callable[[str], T], did: str
) -> tuple[list[tuple[RunRow, CellRow, T]], tuple[str, ...]]:
    """The cells of runs, each with its game or task, which `find` looks up by name; and sentences about those left out
    because theirs isn't known here: "run NAME played 'chess', but ...".

    Raises InputError if none is known.
    """
    found = []
    left_out: dict[str, None] = {}
    for run in runs:
        for cell in store.cells(run):
            try:
                found.append((run, cell, find(cell.spec.what)))
            except ArenaError as error:
                left_out[f"run {run.name} {did} {cell.spec.what!r}, but {error}"] = None
    if left_out and not found:
        raise InputError("; ".join(left_out))
    return found, tuple(left_out)
