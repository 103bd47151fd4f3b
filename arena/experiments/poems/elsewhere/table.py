"""A table for a crowd platform, a pair in a row, and the platform's table of results.

Platforms give back the columns that they were given, Mechanical Turk with "Input." before their names; what they add is
who judged (`judge`, or `WorkerId`) and the choice (`choice`, or `Answer.choice`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

from arena.errors import InputError
from arena.experiments.poems.elsewhere.sheets import Sheet, SheetPair
from arena.store.columns import Column, Columns
from arena.store.sinks import csv_rows
from arena.tables import table_rows

_COLUMNS: Final[Columns] = {
    "contests": Column("text", "", "the run of the contests"),
    "topic": Column("text", "", "what both poems are about"),
    "axis": Column("text", "", "originality, pleasantness or preference"),
    "question": Column("text", "", "what the judge is asked"),
    "meaning": Column("text", "", "the question explained"),
    "pair": Column("text", "", "the name of the pair"),
    "left_text": Column("text", "", "the name of the first text"),
    "right_text": Column("text", "", "the name of the second text"),
    "left": Column("text", "", "the first text, its lines separated by line feeds"),
    "right": Column("text", "", "the second text, likewise"),
}
_NEEDED: Final = ("contests", "axis", "pair", "left_text", "right_text", "judge", "choice")
_CALLED: Final = {"WorkerId": "judge"}  # by Mechanical Turk
_PREFIXES: Final = ("Input.", "Answer.")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of results: its first line in the file, and its cells by the names of the columns; those that are missing
    at its end are ""."""

    line: int
    cells: Mapping[str, str]


def write_table(file: IO[bytes], key: str, sheets: Sequence[Sheet]) -> None:
    """Write contests of the run with that key: a row per pair. No cell is a formula to a spreadsheet."""
    with csv_rows(file, _COLUMNS) as write:
        for sheet in sheets:
            for pair in sheet.pairs:
                write([exported_cells(key, sheet, pair)[name] for name in _COLUMNS])


def exported_cells(key: str, sheet: Sheet, pair: SheetPair) -> dict[str, str]:
    """A pair's cells, by column."""
    axis = sheet.axis
    return {
        "contests": key,
        "topic": sheet.contest.topic,
        "axis": axis.name,
        "question": axis.question,
        "meaning": axis.meaning,
        "pair": pair.name,
        "left_text": pair.left.name,
        "right_text": pair.right.name,
        "left": "\n".join(pair.left.lines),
        "right": "\n".join(pair.right.lines),
    }


def read_results(file: str, data: bytes) -> Iterator[ResultRow]:
    """The rows of a table of results. Raises InputError if it isn't one."""
    rows = table_rows(file, data)
    names = [_called(name) for name in next(rows, (1, []))[1]]
    if missing := [name for name in _NEEDED if name not in names]:
        raise InputError(
            f"{file} has no column {missing[0]!r}: give the table that `arena poems export --to csv` wrote, with "
            "the columns 'judge' and 'choice' (left, right or tie) filled in"
        )
    if len(set(names)) < len(names):
        raise InputError(f"{file} has two columns of the same name: remove one of them")
    for line, cells in rows:
        if any(cells):
            yield ResultRow(line, dict.fromkeys(names, "") | dict(zip(names, cells, strict=False)))


def _called(name: str) -> str:
    """What a column is called here."""
    name = name.strip()
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return _CALLED.get(name, name)
