"""Table 2 in a terminal: the columns that its width has room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arena.reports.tournament.report import RunReport
from arena.reports.tournament.table2 import COLUMNS, Row, Section, notes, sections
from arena.reports.words import between

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_GAP: Final = 2  # between columns
_NAME: Final = 25  # the room that a name gets before numbers are left out
_HEADINGS: Final = {
    "expected_net": "expect.\nnet",
    "determinism": "deter-\nminism",
}
# what is left out first where there is no room for all
_EXPENDABLE: Final = (
    "forfeit_rate",
    "expected_net_ci",
    "invalid_rate",
    "mass",
    "expected_net",
    "determinism",
    "net_ci",
)


def terminal(report: RunReport, width: int, published: bool = False) -> RenderableType:
    """The table for a terminal of so many columns. What had no room is named below."""
    from rich.console import Group
    from rich.text import Text

    found = sections(report, published)
    shown = _fitting(found, width)
    parts: list[RenderableType] = []
    for section in found:
        parts += [_table(section, shown, found, width), Text("")]
    said = list(notes(report, published))
    missing = [column.heading for column in COLUMNS if column.key not in shown and not column.key.endswith("_ci")]
    if missing:
        said.append(f"Not shown for want of room: {', '.join(missing)}. A wider terminal or --format shows them.")
    return Group(*parts, *(Text(note, style="dim") for note in said))


def _fitting(found: tuple[Section, ...], width: int) -> tuple[str, ...]:
    """The keys of the columns that have room beside the names."""
    shown = [column.key for column in COLUMNS]
    name = min(_NAME, _widest_name(found))
    for key in _EXPENDABLE:
        if name + sum(_GAP + _width(found, shown_key) for shown_key in shown) <= width:
            break
        shown.remove(key)
    return tuple(shown)


def _table(section: Section, shown: tuple[str, ...], found: tuple[Section, ...], width: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(section.game.title, style="bold"),
        title_justify="left",
        box=None,
        padding=(0, _GAP, 0, 0),
        pad_edge=False,
    )
    left = width - sum(_GAP + _width(found, key) for key in shown)
    names = max(1, min(_widest_name(found), left))  # one width for all games, so that columns stand below each other
    table.add_column("", overflow="fold", min_width=names, max_width=names)
    columns = [column for column in COLUMNS if column.key in shown]
    for column in columns:
        table.add_column(
            _HEADINGS.get(column.key, column.heading),
            justify="right",
            vertical="top",
            no_wrap=True,
            min_width=_width(found, column.key),
        )
    for row in section.rows:
        texts = (Text(row.text(column, between)) for column in columns)
        table.add_row(Text("\n".join(_name_lines(row))), *texts, style="" if row.source == "run" else "dim")
    return table


def _name_lines(row: Row) -> tuple[str, ...]:
    return (row.name, f"  {row.state}") if row.state else (row.name,)


def _widest_name(found: tuple[Section, ...]) -> int:
    from rich.cells import cell_len

    return max((cell_len(line) for section in found for row in section.rows for line in _name_lines(row)), default=0)


def _width(found: tuple[Section, ...], key: str) -> int:
    column = next(column for column in COLUMNS if column.key == key)
    heading = max(map(len, _HEADINGS.get(key, column.heading).split("\n")))
    return max(heading, *(len(row.text(column, between)) for section in found for row in section.rows))
