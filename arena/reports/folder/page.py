"""The page of a folder of reports: one file that a browser opens from a disk, with nothing from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files as resources
from typing import TYPE_CHECKING, Any, Final

from arena.reports.folder.absent import absent
from arena.reports.markup import marked_up
from arena.reports.report import Figure, Report
from arena.reports.settings import run_document
from arena.reports.table import Table
from arena.reports.words import full_title
from arena.store.rows import RunRow

if TYPE_CHECKING:
    from markupsafe import Markup

_HERE: Final = "arena.reports.folder"
_ENDS: Final = (".md", ".tex", ".csv", ".png", ".svg", ".pdf", "-data.csv")  # of files about a table or a figure
_KEY: Final = 12  # letters of a run's key that are shown


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A figure as the page shows it."""

    svg: bytes

    @property
    def address(self) -> str:
        """The figure itself, as an address: in an <img>, nothing in it can act."""
        return f"data:image/svg+xml;base64,{b64encode(self.svg).decode()}"


def page(
    reports: Sequence[Report],
    runs: Sequence[RunRow],
    drawn: Mapping[str, DrawnFigure],
    files: Mapping[str, tuple[int, str]],
    notes: Sequence[str],
) -> str:
    """The page: reports with their figures as `drawn`, and the folder's `files` by name with their sizes in bytes and
    what they are. Every text is data: it is escaped, and characters that would act are written out."""
    css = (resources(_HERE) / "page.css").read_text(encoding="utf-8")
    return marked_up(
        _HERE,
        "page.html",
        css=css,
        css_digest=b64encode(sha256(css.encode()).digest()).decode(),
        version=version("predictability-arena"),
        reports=[{"name": report.name, "parts": list(_parts(report, drawn, files))} for report in reports],
        runs=list(map(_run, runs)),
        notes=notes,
        absent=absent(reports),
        files=[{"name": name, "kib": -(-size // 1024), "what": what} for name, (size, what) in sorted(files.items())],
    )


def _parts(
    report: Report, drawn: Mapping[str, DrawnFigure], files: Mapping[str, tuple[int, str]]
) -> Iterator[dict[str, Any]]:
    """Tables and figures by their keys: a figure of the same key stands below its table, and the others at the end."""
    figures = {figure.key: figure for figure in report.figures}
    tables: dict[str, list[Table]] = {}
    for table in report.tables:
        tables.setdefault(table.key, []).append(table)
    for key in (*tables, *(key for key in figures if key not in tables)):
        here = tables.get(key, [])
        yield {
            "id": key,
            "title": title_of(here) if here else figures[key].title,
            "tables": [_table(table) for table in here],
            "notes": [note for table in here for note in table.footnotes],
            "figure": drawn[key].address if key in figures else None,
            "live": _live(figures.get(key)),
            "data": f"{key}-data.csv",
            "files": [name for end in _ENDS if (name := f"{key}{end}") in files],
        }


def _live(figure: Figure | None) -> Markup | None:
    return None if figure is None or figure.live is None else figure.live()


def title_of(parts: Sequence[Table]) -> str:
    """What the parts of a table are called together."""
    return full_title(parts[0].key, "; ".join(dict.fromkeys(table.title for table in parts)))


def _table(table: Table) -> dict[str, Any]:
    columns = table.columns
    return {
        "title": table.title,
        "headings": [column.heading for column in columns],
        "rows": [
            {"name": row.name, "state": row.state, "source": row.source, "texts": list(map(row.text, columns))}
            for row in table.rows
        ],
    }


def _run(run: RunRow) -> dict[str, Any]:
    found = run_document(run)
    subjects = dict.fromkeys(cell.subject for cell in run.spec.cells)
    what = dict.fromkeys(cell.what for cell in run.spec.cells)
    return {
        "name": run.name,
        "experiment": found["experiment"],
        "what": ", ".join(what),
        "subjects": list(subjects),
        "seed": found["seed"],
        "created": run.created,
        "state": "finished" if run.finished else "not finished",
        "key": found["key"][:_KEY],
    }
