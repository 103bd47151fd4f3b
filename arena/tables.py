"""Tables that people, spreadsheets and other programs give as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from arena.errors import InputError


def table_rows(file: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, each with the line on which it begins, the row of names first. Cells are separated by
    commas, semicolons or tabs. Raises InputError, which names the file, if it isn't CSV in UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file} isn't a table in UTF-8: save it as CSV in UTF-8") from error
    first = text.partition("\n")[0]
    # a spreadsheet in a country with decimal commas separates cells by semicolons
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{file} can't be read as CSV in line {reader.line_num}: {error}") from error
