"""The report of two runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from arena.errors import InputError
from arena.reports.cautions import cautions
from arena.reports.compare.cells import have_same_draws, matched
from arena.reports.compare.kind import Kind, Measure
from arena.reports.compare.registry import COMPARISONS
from arena.reports.compare.settings import Difference, differences
from arena.reports.compare.tables import DIFFERS, measure_json, result_row, results_columns, settings_table
from arena.reports.registry import SHOWN_BY
from arena.reports.report import Report
from arena.reports.runs import Runs
from arena.reports.settings import labels, run_document
from arena.reports.table import Row, Table
from arena.stats.comparing import Comparison
from arena.store.rows import CellSpec, RunRow
from arena.store.store import Store
from arena.text import printable

_CHANCE: Final = 20  # intervals of 95%: of so many, one misses the truth
DIFFERENCE_NOTE: Final = "The difference is the second minus the first, with its 95% interval."
UNDECIDED_NOTE: Final = (
    "Undecided: the interval holds 0 at this size. The last column says how many more {unit} a cell of each run would "
    "need for an interval without 0 if the present difference were the true one."
)


@dataclass(frozen=True)
class _Pair:
    """A cell of each run, and what was compared, by the keys of `measures`. `title` is for people."""

    first: CellSpec
    second: CellSpec
    title: str
    measures: Mapping[str, Measure]
    measured: Mapping[str, Comparison]

    @property
    def paired(self) -> bool:
        """Whether units of one number belong together."""
        return any(one.paired for one in self.measured.values())

    @property
    def rows(self) -> tuple[Row, ...]:
        """A row a measure."""
        sides = (("first", self.first), ("second", self.second))
        names = ("subject", "opponent", "what")
        about = {f"{side}_{name}": getattr(cell, name) or None for side, cell in sides for name in names}
        return tuple(result_row(key, self.measures[key], one, about) for key, one in self.measured.items())

    def to_json(self) -> dict[str, Any]:
        """As a document."""
        sides = {
            side: {"key": cell.key, "subject": cell.subject, "opponent": cell.opponent or None, "what": cell.what}
            for side, cell in (("first", self.first), ("second", self.second))
        }
        measures = {key: measure_json(self.measures[key], one) for key, one in self.measured.items()}
        return {**sides, "paired": self.paired, "measures": measures}


def compare(store: Store, first: RunRow, second: RunRow) -> Report:
    """What differs between two runs of one kind, the second minus the first, of what counts in both.

    Raises InputError for runs of different kinds, of a kind that can't be compared, or without a cell in common.
    """
    name, names = _kind_of(first, second), (printable(first.name), printable(second.name))
    kind = _load(name)
    with COMPARISONS.blaming(name):
        return _compared(kind, names, (kind.read(store, first), kind.read(store, second)))


def _compared(kind: Kind, names: tuple[str, str], found: tuple[Runs[Any], Runs[Any]]) -> Report:
    first, second = (side.run for side in found)
    cells = [[cell.cell.spec for cell in side.cells] for side in found]
    places = matched(*cells)
    if not places:
        one, two = (", ".join(dict.fromkeys(cell.what for cell in side)) for side in cells)
        raise InputError(
            f"runs {names[0]} and {names[1]} can't be compared, as no cell of one belongs to one of the other: "
            f"they are of {printable(one)} and of {printable(two)}"
        )
    settings = differences(first, second)
    pairs = _pairs(kind, found, places, first.spec.seed == second.spec.seed)
    parts = [(pair.title, pair.rows) for pair in pairs if pair.rows]
    notes = (
        f"First: run {names[0]}; second: run {names[1]}. {DIFFERENCE_NOTE}",
        *_told(pairs, kind),
        *_left_out(kind, names, found, places),
        *_cautions(found, places),
    )
    columns = results_columns(names, kind.unit)
    results = [
        Table("results", title, columns, rows, notes if number == len(parts) else ())
        for number, (title, rows) in enumerate(parts, start=1)
    ]
    nothing = (
        f"nothing counts yet in both of the runs {names[0]} and {names[1]}: the command that began a run continues "
        "it, and `arena runs` shows how far it is"
    )
    return Report(
        name="compare",
        file="compare",
        tables=(settings_table(names, settings), *results),
        figures=(),
        records=[row.values for _, rows in parts for row in rows],
        document=_document((first, second), settings, pairs),
        nothing="" if parts else nothing,
    )


def _kind_of(first: RunRow, second: RunRow) -> str:
    """The name of the kind that both runs are of."""
    one, two = (SHOWN_BY.get(run.spec.experiment, run.spec.experiment) for run in (first, second))
    if one != two:
        raise InputError(
            f"run {printable(first.name)} is of the kind {one!r} and run {printable(second.name)} of the kind {two!r}: "
            "only runs of one kind can be compared"
        )
    if one not in COMPARISONS:
        known = " and ".join(COMPARISONS.names())
        raise InputError(f"runs of the kind {one!r} can't be compared, only those of {known}")
    return one


def _load(name: str) -> Kind:
    """The kind of that name. Raises InputError if the package that brings it fails."""
    found = COMPARISONS.load(name)
    if not isinstance(found, Kind):
        raise COMPARISONS.failure(name, f"is not a Kind but {found!r:.80}")
    return found


def _pairs(kind: Kind, found: Sequence[Any], places: Sequence[tuple[int, int]], same_seed: bool) -> list[_Pair]:
    names = [labels([cell.settings for cell in side.cells]) for side in found]
    pairs = []
    for places_ in places:
        first, second = (side.cells[at] for side, at in zip(found, places_, strict=True))
        same_draws = same_seed and have_same_draws(first.cell.spec, second.cell.spec, first.settings, second.settings)
        measured = kind.compare(first, second, same_draws)
        who = dict.fromkeys(_name(names[side][at], found[side].cells[at]) for side, at in enumerate(places_))
        sizes = next((one.sizes for key, one in measured.items() if not kind.measures[key].exact), (0, 0))
        together = any(one.paired for one in measured.values())
        how = f"{sizes[0]} {kind.unit}, paired" if together else f"{sizes[0]} and {sizes[1]} {kind.unit}"
        title = f"{kind.title(first)}: {' / '.join(who)} ({how})"
        pairs.append(_Pair(first.cell.spec, second.cell.spec, title, kind.measures, measured))
    return pairs


def _name(label: str, cell: Any) -> str:
    """Who is measured, with the opponent, whether it differs or not."""
    opponent = cell.cell.spec.opponent
    return label if not opponent or " v. " in label else f"{label} v. {printable(opponent)}"


def _told(pairs: Sequence[_Pair], kind: Kind) -> list[str]:
    """How to read the tables, and how many differences there are beside those that chance alone gives."""
    rows, unit = [row for pair in pairs for row in pair.rows], kind.unit
    decided = [row for row in rows if row.values["interval_low"] is not None]
    notes = [UNDECIDED_NOTE.format(unit=unit)]
    if any(pair.paired for pair in pairs):
        notes.append(
            f"Paired: {unit} of one number had the same draws in both runs, so that what chance gave to both cancels. "
            "Equal: the same in every one of them."
        )
    used = {key for pair in pairs for key in pair.measured}
    notes += dict.fromkeys(one.note for key, one in kind.measures.items() if one.note and key in used)
    differ = sum(row.values["verdict"] == DIFFERS for row in decided)
    if len(decided) > 1:
        notes.append(
            f"{differ} of {len(decided)} intervals exclude 0; if nothing differed, chance alone would give about "
            f"{len(decided) / _CHANCE:.1f}."
        )
    return notes


def _left_out(
    kind: Kind, names: tuple[str, str], found: Sequence[Any], places: Sequence[tuple[int, int]]
) -> Iterator[str]:
    """What isn't compared, and what of the runs isn't counted."""
    for name, side, used in zip(names, found, zip(*places, strict=True), strict=True):
        for cell in (cell.cell.spec for at, cell in enumerate(side.cells) if at not in used):
            yield f"Not compared, as only run {name} has it: {printable(cell.subject)}, {printable(cell.what)}."
        yield from (f"Not compared: {sentence}." for sentence in side.left_out)
        yield from (f"Run {name}: {sentence}" for sentence in kind.uncounted(side))


def _cautions(found: Sequence[Any], places: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """What has to be said where these cells stand side by side."""
    rows = [side.cells[at].settings for pair in places for side, at in zip(found, pair, strict=True)]
    return cautions(rows, {subject: family for side in found for subject, family in side.families.items()})


def _document(runs: Sequence[RunRow], settings: Sequence[Difference], pairs: Sequence[_Pair]) -> dict[str, Any]:
    """The whole as JSON, but for the notes."""
    return {
        "runs": [run_document(run) for run in runs],
        "settings": {one.key: {"first": list(one.first), "second": list(one.second)} for one in settings},
        "cells": [pair.to_json() for pair in pairs],
    }
