"""Which files a folder of reports has, and writing them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.errors import InputError, StoreError
from arena.files import folder, whole_file
from arena.reports.figure import rendered
from arena.reports.folder.document import document
from arena.reports.folder.manifest import manifest
from arena.reports.folder.page import DrawnFigure, page, title_of
from arena.reports.latex import latex_tables
from arena.reports.look import PLAIN, Look
from arena.reports.options import DEFAULTS, ReportSettings
from arena.reports.report import WRITERS, Report
from arena.reports.writers import markdown_tables, table_spreadsheet
from arena.store.rows import RunRow


@dataclass(frozen=True, slots=True)
class File:
    """A file: its name, its bytes, and what it is, in words for people."""

    name: str
    data: bytes
    what: str


def write_folder(
    reports: Sequence[Report],
    runs: Sequence[RunRow],
    out: Path,
    settings: ReportSettings = DEFAULTS,
    look: Look = PLAIN,
    notes: Sequence[str] = (),
) -> None:
    """Write reports of these runs to a folder, which has the same bytes whenever and wherever it is made.

    Each table is written as Markdown, LaTeX and CSV, each figure as PNG, SVG and PDF with its data as CSV, each report
    as CSV and JSON. `notes` say what could not be reported. Files with other names that are there already stay.

    Raises StoreError if a file can't be written, InputError if there is nothing to write yet, or if a figure can't be
    drawn in that look.
    """
    for report in reports:
        report.check()
    drawn = {figure.key: rendered(figure.draw, look) for report in reports for figure in report.figures}
    files: dict[str, File] = {}
    for file in (file for report in reports for file in _of_report(report, drawn)):
        if file.name in files and files[file.name].data != file.data:
            raise InputError(f"two reports of this folder each have a file {file.name}: report their runs apart")
        files[file.name] = file
    whole = File("report.tex", document(reports).encode(), "a LaTeX document with all tables and figures")
    files[whole.name] = whole
    shown = {key: DrawnFigure(forms["svg"]) for key, forms in drawn.items()}
    index = page(reports, runs, shown, {file.name: (len(file.data), file.what) for file in files.values()}, notes)
    files["index.html"] = File("index.html", index.encode(), "everything on one page, for a browser")
    listed = {file.name: (file.data, file.what) for file in files.values()}
    last = File("manifest.json", manifest(listed, runs, settings, look).encode(), "")
    for file in (*files.values(), last):
        write(out / file.name, file.data)


def _of_report(report: Report, drawn: dict[str, dict[str, bytes]]) -> Iterator[File]:
    for key in dict.fromkeys(table.key for table in report.tables):
        parts = [table for table in report.tables if table.key == key]
        title = title_of(parts)
        yield File(f"{key}.md", markdown_tables(parts).encode(), f"{title}: the table as Markdown")
        yield File(f"{key}.tex", latex_tables(parts).encode(), f"{title}: the table as LaTeX")
        if key != report.file:  # whose CSV has all cells
            yield File(f"{key}.csv", table_spreadsheet(*parts).encode(), f"{title}: the table with nothing rounded")
    for figure in report.figures:
        for form, data in drawn[figure.key].items():
            yield File(f"{figure.key}.{form}", data, f"{figure.title}: the figure as {form.upper()}")
        data_ = table_spreadsheet(figure.data).encode()
        yield File(f"{figure.key}-data.csv", data_, f"{figure.title}: the numbers behind the figure")
    yield File(f"{report.file}.csv", WRITERS["csv"](report).encode(), f"all cells of the {report.name} report")
    whole = f"the whole {report.name} report: every number, setting and version"
    yield File(f"{report.file}.json", WRITERS["json"](report).encode(), whole)


def write(path: Path, data: bytes) -> None:
    """Write a file atomically, replacing an older one. Raises StoreError with the reason if it can't be written."""
    try:
        with folder(path.parent), whole_file(path) as file:
            file.write(data)
    except OSError as error:
        raise StoreError(f"{path} can't be written: {error.strerror or error}") from error
