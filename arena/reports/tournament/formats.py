"""Table 2 as a file: Markdown, LaTeX, CSV, JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from arena.reports import table
from arena.reports.latex import latex_tables
from arena.reports.tournament.report import RunReport
from arena.reports.tournament.table2 import COLUMNS, Row, Section, comparable, notes, sections
from arena.reports.words import between


def markdown(report: RunReport, published: bool = False) -> str:
    """The table in GitHub's Markdown."""
    return "\n".join(map(table.markdown, _tables(report, published)))


def latex(report: RunReport, published: bool = False) -> str:
    """The table in LaTeX, a part a game."""
    return latex_tables(_tables(report, published))


def _tables(report: RunReport, published: bool) -> list[table.Table]:
    """A table a game; the notes stand below the last."""
    found = sections(report, published)
    columns = tuple(table.Column(column.heading) for column in COLUMNS)
    return [
        table.Table(
            "table2",
            section.game.title,
            columns,
            tuple(table.Row(row.full_name, _texts(row), row.numbers) for row in section.rows),
            notes(report, published) if section is found[-1] else (),
        )
        for section in found
    ]


def _texts(row: Row) -> tuple[str, ...]:
    return tuple(row.text(column, between) for column in COLUMNS)


def spreadsheet(report: RunReport, published: bool = False) -> str:
    """The table as CSV, a row a subject and game with all settings, nothing rounded, undefined empty."""
    found = sections(report, published)
    return table.rows_as_csv([_flat(report, section, row) for section in found for row in section.rows])


def _flat(report: RunReport, section: Section, row: Row) -> dict[str, Any]:
    numbers = row.numbers
    flat: dict[str, Any] = {"game": section.game.name, "source": row.source, "subject": row.name}
    if row.cell is not None:
        family = report.families.get(row.cell.cell.spec.subject)
        flat |= {"opponent": None, "family": family, **row.cell.settings, "game": section.game.name}
    flat |= {key: numbers.get(key) for key in ("matches", "games_asked", "finished_matches", "open_matches", "rounds")}
    flat |= {column.key: numbers.get(column.key) for column in COLUMNS if not column.key.endswith("_ci")}
    for key in (column.key for column in COLUMNS if column.key.endswith("_ci")):
        flat[f"{key[:-3]}_low"], flat[f"{key[:-3]}_high"] = numbers.get(key) or (None, None)
    return flat


def document(report: RunReport, published: bool = False) -> str:
    """The whole run as one JSON document, nothing rounded."""
    whole: dict[str, Any] = report.to_json() | {"notes": list(notes(report, published))}
    if published:
        whole["published"] = [asdict(row) for game in report.games for row in comparable(report, game)]
    return json.dumps(whole, indent=2, allow_nan=False) + "\n"
