"""Table 2: outcome rates against the greedy reader, for a terminal, Markdown, LaTeX, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arena.games import Game, equilibrium
from arena.reports.cells import CellReport
from arena.reports.published import table2 as published_rows
from arena.reports.run import RunReport

if TYPE_CHECKING:
    from rich.console import RenderableType

HEADINGS = ("wins", "ties", "losses", "net", "95%", "expected", "invalid", "forfeit", "mass", "determinism")
FAMILIES_NOTE = "These models are of different families: a difference between them is not the effect of alignment."
PUBLISHED_NOTE = "West & Potts 2025, table 2: other models, so not comparable with the rows above."


@dataclass(frozen=True, slots=True)
class Row:
    """A row as texts: who, and a text a heading ("" where there is nothing to say)."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one game."""

    title: str
    rows: tuple[Row, ...]
    published: tuple[Row, ...] = ()


def sections(report: RunReport, published: bool = False) -> tuple[Section, ...]:
    """The table game by game: every subject, the limit that uniform play sets, and the paper's rows if wanted."""
    several = len({cell.cell.spec.opponent for cell in report.cells}) > 1
    found = []
    for game in report.games:
        cells = [cell for cell in report.cells if cell.game.name == game.name]
        rows = tuple(_row(cell, several) for cell in cells)
        found.append(Section(game.title, (*rows, _limit(game)), _published(game) if published else ()))
    return tuple(found)


def _row(cell: CellReport, name_opponent: bool) -> Row:
    spec = cell.cell.spec
    name = f"{spec.subject} v. {spec.opponent}" if name_opponent else spec.subject
    if cell.matches < cell.games_asked:
        name += f" ({cell.matches} of {cell.games_asked} games)"
    values = cell.to_json()
    return Row(
        name,
        (
            *(_number(values[key]) for key in ("wins", "ties", "losses", "net")),
            _interval(values["net_ci"]),
            _number(values["expected_net"]),
            _number(values["invalid_rate"]),
            _number(values["forfeit_rate"]),
            _number(values["mass"], 2),
            _number(values["determinism"]["mean"], 2),
        ),
    )


def _limit(game: Game) -> Row:
    """What optimal play secures: the value of the game, by a linear programme."""
    return Row("uniform play (limit)", ("", "", "", _number(equilibrium(game).net), *[""] * 6))


def _published(game: Game) -> tuple[Row, ...]:
    return tuple(
        Row(f"{row.size} {row.model}", (*map(_number, (row.wins, row.ties, row.losses, row.net)), *[""] * 6))
        for row in published_rows()
        if row.game == game.name
    )


def _number(value: float | None, digits: int = 1) -> str:
    """A number for a person; a net of nothing is 0.0, and never -0.0."""
    return "–" if value is None else f"{value:z.{digits}f}"


def _interval(interval: Sequence[float] | None) -> str:
    return "–" if interval is None else f"{interval[0]:z.1f} to {interval[1]:z.1f}"


def notes(report: RunReport, published: bool = False) -> tuple[str, ...]:
    """The sentences that stand under the table."""
    spec = report.run.spec
    said = [
        f"Run {report.run.name}: {spec.games} games of {spec.rounds} rounds, seed {spec.seed}. "
        "Rates and nets in percent; 95% intervals with matches as clusters."
    ]
    if report.families_differ:
        said.append(FAMILIES_NOTE)
    if published:
        said.append(PUBLISHED_NOTE)
    return tuple(said)


def terminal(report: RunReport, width: int, published: bool = False) -> RenderableType:
    """The table for a terminal of so many columns; where it is narrow, the last columns are left out."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = []
    for section in sections(report, published):
        rows = (*section.rows, *section.published)
        first = max(len(row.name) for row in rows)
        sizes = [max(len(heading), *(len(row.values[n]) for row in rows)) for n, heading in enumerate(HEADINGS)]
        shown = len(HEADINGS)
        while shown > 4 and min(first, 20) + sum(sizes[:shown]) + 2 * shown > width:
            shown -= 1
        table = Table(
            title=Text(section.title, style="bold"),
            title_justify="left",
            box=None,
            padding=(0, 2, 0, 0),
            pad_edge=False,
        )
        names = min(first, max(20, width - sum(sizes[:shown]) - 2 * shown))
        table.add_column("", overflow="fold", min_width=names, max_width=names)
        for heading in HEADINGS[:shown]:
            table.add_column(heading, justify="right", no_wrap=True)
        for row in rows:
            style = "dim" if row.name.endswith("(limit)") or row in section.published else ""
            table.add_row(Text(row.name), *(Text(value) for value in row.values[:shown]), style=style)
        parts += [table, Text("")]
    parts += [Text(note, style="dim") for note in notes(report, published)]
    return Group(*parts)


def markdown(report: RunReport, published: bool = False) -> str:
    """The table in GitHub's Markdown."""
    lines = []
    for section in sections(report, published):
        lines += [f"### {_md(section.title)}", "", f"| | {' | '.join(HEADINGS)} |", f"|---|{'---:|' * len(HEADINGS)}"]
        lines += [f"| {_md(row.name)} | {' | '.join(row.values)} |" for row in (*section.rows, *section.published)]
        lines.append("")
    return "\n".join((*lines, *notes(report, published), ""))


def _md(text: str) -> str:
    for letter in "\\|*_`<>[]":
        text = text.replace(letter, f"\\{letter}")
    return text


def latex(report: RunReport, published: bool = False) -> str:
    """The table in LaTeX, for the package booktabs."""
    lines = [rf"\begin{{tabular}}{{l{'r' * len(HEADINGS)}}}", r"\toprule"]
    lines += [" & ".join(("", *map(_tex, HEADINGS))) + r" \\"]
    for section in sections(report, published):
        lines += [r"\midrule", rf"\multicolumn{{{len(HEADINGS) + 1}}}{{l}}{{\textit{{{_tex(section.title)}}}}} \\"]
        lines += [
            " & ".join((_tex(row.name), *(_tex(value) for value in row.values))) + r" \\"
            for row in (*section.rows, *section.published)
        ]
    lines += [r"\bottomrule", r"\end{tabular}"]
    return "\n".join((*lines, *(f"% {note}" for note in notes(report, published)), ""))


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_", "%": r"\%",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip


def _tex(text: str) -> str:
    escaped = "".join(_TEX.get(letter, letter) for letter in text)
    # digits behind a hyphen are a negative number, in text a word's hyphen
    return f"${escaped}$" if escaped[:1] == "-" and escaped[1:2].isdigit() and " " not in escaped else escaped


def spreadsheet(report: RunReport, published: bool = False) -> str:
    """The table as CSV, a row a subject and game, the numbers as shown. A text that a spreadsheet would take for a
    formula gets an apostrophe before it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("game", "subject", *HEADINGS))
    for section in sections(report, published):
        for row in (*section.rows, *section.published):
            writer.writerow((_cell(section.title), _cell(row.name), *("" if v == "–" else v for v in row.values)))
    return buffer.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def document(report: RunReport) -> str:
    """The whole run as one JSON document, nothing rounded."""
    return json.dumps(report.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
