"""Documents to be predicted: the text files of a folder, a text file, JSON lines, a column of a Parquet file, or those
that come with Arena."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

from arena.errors import ArenaError, InputError
from arena.extras import need

SUFFIXES: Final = (".txt", ".md", ".text")  # of the files of a folder that are documents
_LINES: Final = (".jsonl", ".ndjson")
_LONGEST_NAME: Final = 60  # letters
_SHIPPED: Final = "those of Arena"


@dataclass(frozen=True)
class Document:
    """A document and what it is called: its file, or its row."""

    name: str
    text: str

    @property
    def bytes(self) -> int:
        """Its length in UTF-8."""
        return len(self.text.encode())

    @property
    def words(self) -> int:
        """How many words it has: what white space separates."""
        return len(self.text.split())


@dataclass(frozen=True)
class Documents:
    """Documents in their order, and what they are called together."""

    name: str
    documents: tuple[Document, ...]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all of them: of their own, one after another."""
        return sha256(b"".join(sha256(each.text.encode()).digest() for each in self.documents)).hexdigest()


def read_documents(path: Path, column: str = "text") -> Documents:
    """The documents at a path. Of a folder, the text files in it and in its folders, in alphabetical order; of JSON
    lines and Parquet, the texts of `column`. A byte-order mark at the beginning of a file is no part of its text.

    Raises InputError for a path that can't be read, files that aren't UTF-8, rows without such a text, and for none.
    """
    try:
        found = tuple(_read(path, column))
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror or error}") from error
    if not found:
        what = f"files that end in {', '.join(SUFFIXES)}" if path.is_dir() else "rows"
        raise InputError(f"{path} has no documents: it has no {what}")
    return Documents((_spelt(path.resolve().name) or "documents")[:_LONGEST_NAME], found)


def shipped_documents() -> Documents:
    """The documents that come with Arena: in the public domain everywhere, as texts/sources.toml says of each."""
    with as_file(files(__package__) / "texts") as folder:
        return replace(read_documents(folder), name=_SHIPPED)


def _spelt(name: str) -> str:
    """A text that is UTF-8 in every part: a file's name may have other bytes in it."""
    return name.encode("utf-8", "replace").decode()


def _read(path: Path, column: str) -> Iterator[Document]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.suffix.lower() in SUFFIXES and file.is_file():
                yield Document(_spelt(file.relative_to(path).as_posix()), _text(file))
    elif path.suffix.lower() in _LINES:
        yield from _json_lines(path, column)
    elif path.suffix.lower() == ".parquet":
        yield from _parquet(path, column)
    else:
        yield Document(_spelt(path.name), _text(path))


def _text(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file} isn't UTF-8 from its byte {error.start + 1} on: convert it, as with `iconv -t UTF-8`, or take it "
            "out, because bits per byte are those of UTF-8"
        ) from error


def _json_lines(path: Path, column: str) -> Iterator[Document]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(f"line {number} of {path} isn't JSON: {str(error)[:80]}") from error
            yield Document(f"line {number}", _of_row(row, column, f"line {number} of {path}"))


def _parquet(path: Path, column: str) -> Iterator[Document]:
    need("Parquet", "parquet", InputError)
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
        if column not in names:
            raise _no_column(column, f"{path}", names)
        rows = pq.read_table(path, columns=[column]).to_pylist()
    except (OSError, ArenaError):
        raise
    except Exception as error:  # the library raises what its parts raise
        raise InputError(f"{path} can't be read as Parquet: {str(error)[:120]}") from error
    for number, row in enumerate(rows, start=1):
        yield Document(f"row {number}", _of_row(row, column, f"row {number} of {path}"))


def _of_row(row: Any, column: str, where: str) -> str:
    if not isinstance(row, dict) or column not in row:
        raise _no_column(column, where, row if isinstance(row, dict) else ())
    text = row[column]
    if not isinstance(text, str):
        raise InputError(f"{where}: its {column!r} is no text")
    return _spelt(text)  # JSON can spell half a surrogate pair, which is no character


def _no_column(column: str, where: str, there: Any) -> InputError:
    known = ", ".join(map(repr, list(there)[:10]))
    return InputError(f"{where} has no {column!r}{f': there are {known}' if known else ''} (--column names another)")
