"""Poems read back from the store: whose they are, and what was found out about them when they were written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from arena.errors import InputError, StoreError
from arena.experiments.poems.contest import Author, Lines
from arena.experiments.poems.kinds import Kind, is_kind
from arena.experiments.poems.poem import LINES
from arena.store.codec import run_key
from arena.store.rows import CellRow, RunRow
from arena.store.store import Store

SURPRISAL: Final = "surprisal"  # the name of a cell's finding
_TOPIC: Final = "poem: "  # before the topic, in what a cell is about


class Surprisal(msgspec.Struct, frozen=True):
    """The surprisal of a cell's poems for the model that wrote them, in bits a word, by the number of the draw (as
    text, because JSON's keys are)."""

    bits: Mapping[str, float]


@dataclass(frozen=True)
class Written:
    """The poems of one cell, by draw: of `drawn` answers `poems` were taken, and `wanted` were asked for."""

    run: RunRow
    cell: CellRow
    topic: str
    drawn: int
    wanted: int
    poems: Mapping[int, Lines]
    bits: Mapping[int, float] = field(default_factory=dict)

    @property
    def rejected_share(self) -> float | None:
        """Answers that were no poem, as a share of those drawn; None before the first."""
        return 1 - len(self.poems) / self.drawn if self.drawn else None

    @property
    def asked(self) -> tuple[str, ...]:
        """Equal for cells that differ only in the topic."""
        asked = self.cell.spec.asked
        return run_key(self.run.spec), self.cell.spec.subject, "" if asked is None else repr(asked)


def what_of(topic: str) -> str:
    """What a cell is about in which poems are written on a topic."""
    return f"{_TOPIC}{topic}"


def written_runs(store: Store, names: Sequence[str]) -> list[RunRow]:
    """The runs of these names, or the latest in which poems were written. Raises InputError for one of another kind, or
    if there is none."""
    runs = [store.run(name) for name in dict.fromkeys(names)]
    for run in runs:
        if not is_kind(run, Kind.POEMS):
            raise InputError(f"in the run {run.name} no poems were written: `arena poems generate` writes some")
    runs = runs or [run for run in store.runs() if is_kind(run, Kind.POEMS)][-1:]
    if not runs:
        raise InputError(f"the store {store.shown} holds no poems yet: `arena poems generate` writes some")
    return runs


def read_written(store: Store, run: RunRow) -> list[Written]:
    """The poems of a run, cell by cell. Raises StoreError if an answer isn't a poem."""
    return [_written(store, run, cell) for cell in store.cells(run)]


def _written(store: Store, run: RunRow, cell: CellRow) -> Written:
    answers = store.answers(cell)
    poems = {number: answer.value for number, answer in enumerate(answers) if answer.value is not None}
    found = store.findings(cell).get(SURPRISAL)
    try:
        for poem in poems.values():
            if type(poem) is not tuple or len(poem) != LINES or not all(type(line) is str and line for line in poem):
                raise ValueError(f"{poem!r:.40} isn't a poem")
        bits = {} if found is None else _bits(found)
    except ValueError as error:
        raise damaged(store, cell, str(error)) from error
    topic = cell.spec.what.removeprefix(_TOPIC)
    return Written(run, cell, topic, len(answers), run.spec.size, poems, bits)


def _bits(found: Mapping[str, Any]) -> dict[int, float]:
    bits = {int(number): value for number, value in msgspec.convert(found, Surprisal).bits.items()}
    if not all(0 <= value < 1e9 for value in bits.values()):
        raise ValueError("a surprisal below 0")
    return bits


def damaged(store: Store, cell: CellRow, what: str) -> StoreError:
    """That something stored makes no sense."""
    return StoreError(
        f"the store {store.path} is damaged (run {cell.run}, {cell.spec.subject}, {cell.spec.what}: {what}): "
        "put a good copy in its place, or name another file with --store"
    )


def authors_of(written: Sequence[Written]) -> list[tuple[str, list[Written]]]:
    """The authors of these poems with their cells, in order: a model in one run with one wording and sampling. An
    author is called by its model's name, with what distinguishes it from others of the same model."""
    by_author: defaultdict[tuple[str, ...], list[Written]] = defaultdict(list)
    for each in written:
        by_author[each.asked].append(each)
    groups = list(by_author.values())
    return list(zip(_names(groups), groups, strict=True))


def author(name: str, written: Written) -> Author:
    """The author of a cell's poems."""
    return Author(name, written.cell.spec.subject, run_key(written.run.spec), written.cell.spec.key)


def _names(groups: Sequence[Sequence[Written]]) -> list[str]:
    facts = [_facts(group[0]) for group in groups]
    names = []
    for mine in facts:
        same = [other for other in facts if other["subject"] == mine["subject"]]
        model = mine["subject"].partition(":")[2] or mine["subject"]
        names.append(", ".join([model, *(f"{key} {mine[key]}" for key in _telling(same))]))
    return names


def _telling(facts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The first facts that together tell these authors apart."""
    telling: list[str] = []
    for key in facts[0]:
        if len({tuple(str(each[name]) for name in telling) for each in facts}) == len(facts):
            break
        if len({str(each[key]) for each in facts}) > 1:
            telling.append(key)
    return telling


def _facts(written: Written) -> dict[str, Any]:
    asked = written.cell.spec.asked
    found: dict[str, Any] = {"subject": written.cell.spec.subject}
    if asked is not None:
        found |= {"wording": asked.wording, "format": asked.format, "top-p": f"{asked.top_p:g}"}
        found |= {"temperature": f"{asked.temperature:g}"}
    return found | {"seed": written.run.spec.seed, "run": written.run.name}
