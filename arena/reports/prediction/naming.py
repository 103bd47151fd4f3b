"""Names for the models of a report, and the sentences about what all of its rows share or differ in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from arena.reports.cautions import cautions, families_of
from arena.reports.provenance import machines_notes, models_note
from arena.reports.settings import labelled, labels, model_of, said_of_all, settings_of
from arena.store.rows import CellRow, RunRow


def rows_of(cells: Sequence[tuple[RunRow, CellRow]], shown: Mapping[str, str]) -> list[dict[str, Any]]:
    """The settings of models in runs, one row each, with the labels that people are to see; what a model was asked
    for stays out of it, because each row is about all of that."""
    found = [labelled(settings_of(run, cell.spec), shown) for run, cell in cells]
    return [{**row, "game": ""} for row in found]


def names_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name for each row; safe to print."""
    return labels(rows)


def notes_of(runs: Sequence[RunRow], rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Which runs these are, what all rows share, what differs, and cautions."""
    title = f"{'Runs' if len(runs) > 1 else 'Run'} {', '.join(run.name for run in runs)}."
    same = [said_of_all(rows), models_note(rows)]
    return (
        title,
        *filter(None, same),
        *machines_notes(runs),
        *cautions(rows, families_of({row["subject"] for row in rows})),
    )


def is_aligned(subject: str) -> bool | None:
    """Whether a model is aligned, by the style in which the catalog says it is asked; None if it doesn't say."""
    entry = model_of(subject)
    return None if entry is None or entry.style is None else entry.style == "instruct"
