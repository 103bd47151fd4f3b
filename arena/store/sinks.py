"""Rows into a file, row by row: CSV, JSON lines or Parquet. A column's type is declared once, for all three."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any, Final

from arena.errors import InputError
from arena.extras import need
from arena.store.columns import Columns

Row = Sequence[Any]
Write = Callable[[Row], object]

_ROW_GROUP: Final = 20_000  # rows that Parquet keeps in memory and writes together
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def csv_rows(file: IO[bytes], columns: Columns) -> Iterator[Write]:
    """RFC 4180, except that lines end in line feeds. Lists are JSON, None is empty, floats are exact.

    A text that begins with = + - @, a tab or a carriage return gets an apostrophe before it: a spreadsheet
    would take it for a formula, and texts come from models. JSON lines and Parquet have the texts as they are.
    """
    kinds = tuple(column.kind for column in columns.values())
    # some Pythons' csv modules quote a carriage return only if it is part of the line end: so it is made one
    writer = csv.writer(_Lines(file), lineterminator="\r\n")
    writer.writerow(columns)
    yield lambda row: writer.writerow([_csv_value(kind, value) for kind, value in zip(kinds, row, strict=True)])


class _Lines:
    """The file that the csv module writes its lines to, each in one piece."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, line: str) -> None:
        self._file.write(f"{line[:-2]}\n".encode())


def _csv_value(kind: str, value: Any) -> Any:
    if value is None:
        return ""
    if kind == "text":
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    if kind == "float":
        return repr(value)
    if kind == "boolean":
        return "true" if value else "false"
    return json.dumps(value, separators=(",", ":")) if kind in ("texts", "floats", "integers") else value


@contextmanager
def jsonl_rows(file: IO[bytes], columns: Columns) -> Iterator[Write]:
    """One JSON object per line, in UTF-8. None is null."""
    names = tuple(columns)

    def write(row: Row) -> None:
        whole = dict(zip(names, row, strict=True))
        file.write(f"{json.dumps(whole, ensure_ascii=False, separators=(',', ':'))}\n".encode())

    yield write


@contextmanager
def parquet_rows(file: IO[bytes], columns: Columns) -> Iterator[Write]:
    """Typed columns, each with its unit and meaning in its metadata. Raises InputError if pyarrow is not installed."""
    need("Parquet", "parquet", InputError)
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "text": pa.string(),
        "integer": pa.int64(),
        "float": pa.float64(),
        "boolean": pa.bool_(),
        "texts": pa.list_(pa.string()),
        "floats": pa.list_(pa.float64()),
        "integers": pa.list_(pa.int32()),
    }
    schema = pa.schema(
        pa.field(name, types[column.kind], metadata={"unit": column.unit, "description": column.meaning})
        for name, column in columns.items()
    )
    held: list[Row] = []
    with pq.ParquetWriter(file, schema) as writer:

        def write_held() -> None:
            arrays = [
                pa.array(values, kind) for values, kind in zip(zip(*held, strict=True), schema.types, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            held.clear()

        def write(row: Row) -> None:
            held.append(row)
            if len(held) == _ROW_GROUP:
                write_held()

        yield write
        if held:
            write_held()


FORMATS: Final[Mapping[str, Callable[[IO[bytes], Columns], AbstractContextManager[Write]]]] = {
    "csv": csv_rows,
    "jsonl": jsonl_rows,
    "parquet": parquet_rows,
}


def write_rows(file: IO[bytes], to: str, columns: Columns, rows: Iterable[Row]) -> int:
    """Write rows into a file in one of FORMATS; returns how many. Raises InputError if it can't be written here."""
    count = 0
    with FORMATS[to](file, columns) as write_row:
        for row in rows:
            write_row(row)
            count += 1
    return count
