"""GGUF files: which belong to a model, and whether they are complete. Native code may crash on one that isn't."""

from __future__ import annotations

import math
import mmap
import re
import stat
from pathlib import Path
from struct import Struct
from typing import Final, NoReturn

from arena.errors import InputError
from arena.text import printable

_SHARD: Final = re.compile(r"(?P<stem>.+)-\d{5}-of-(?P<count>\d{5})\.gguf", re.DOTALL)
_U32, _U64 = 4, 8  # bytes of a number
_LENGTH = Struct("<Q")
# GGUF's value types by number, with their size in bytes; then the two without a fixed size
_SIZES: Final = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
# ggml's tensor types by number: elements and bytes of a block. For other types only the place is checked.
_BLOCKS: Final = {
    **{0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36)},
    **{10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292)},
    **{16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82)},
    **{23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2)},
    **{34: (256, 54), 35: (256, 66), 39: (32, 17)},
}
_MOST_ENTRIES, _MOST_DIMENSIONS = 1 << 20, 4


def shards(path: Path) -> list[Path]:
    """The files of a split model (`NAME-00001-of-00003.gguf` and the others), in order; else the file alone."""
    name = _SHARD.fullmatch(path.name)
    if name is None:
        return [path]
    count = name["count"]
    return [path.with_name(f"{name['stem']}-{number:05d}-of-{count}.gguf") for number in range(1, int(count) + 1)]


def check_gguf(path: Path) -> None:
    """Raise InputError for anything but a complete GGUF file with all the files that it belongs with.

    The whole header is read, and every tensor must lie within the file; the format is that of the GGUF
    specification, versions 2 and 3.
    """
    files = shards(path)
    _check_file(path, len(files))
    for file in files:
        if file != path and not file.exists():
            raise InputError(f"{file} isn't there: {path.name} is part of a model in {len(files)} files, in one folder")
        _check_file(file, len(files))


def _check_file(path: Path, parts: int) -> None:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path} is a folder: name the GGUF file in it")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path} isn't an ordinary file")
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise InputError(f"{path} isn't a GGUF file: it doesn't begin with GGUF")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                _Header(data, path).check(parts)
    except FileNotFoundError:
        raise InputError(f"there is no file {path}") from None
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    except ValueError as error:  # a name that no file can have
        raise InputError(f"{str(path)!r} can't be read: {error}") from error


class _Header:
    """The header of a GGUF file, read without going past the file's end."""

    def __init__(self, data: mmap.mmap, path: Path) -> None:
        self._data = data
        self._path = path
        self._at = 4  # after the letters GGUF

    def check(self, parts: int) -> None:
        """Raise InputError if the file isn't complete, contains no model, or isn't one of `parts` parts."""
        version = self._number(_U32)
        if version not in (2, 3):
            raise InputError(f"{self._path} is a GGUF file of version {version}; 2 and 3 can be read")
        tensors = self._count(self._number(_U64), _MOST_ENTRIES, "tensors")
        entries: dict[bytes, int | bytes] = {}
        for _ in range(self._count(self._number(_U64), _MOST_ENTRIES, "entries")):
            key = self._text()
            entries[key] = self._value(self._number(_U32))
        alignment = int(entries.get(b"general.alignment") or 32)
        needed = max((self._tensor_end() for _ in range(tensors)), default=0)
        begin = -(-self._at // alignment) * alignment
        if begin + needed > len(self._data):
            self._cut_off()
        self._check_content(entries, tensors, parts)

    def _check_content(self, entries: dict[bytes, int | bytes], tensors: int, parts: int) -> None:
        kind, count = entries.get(b"general.type", b"model"), int(entries.get(b"split.count") or 1)
        if isinstance(kind, bytes) and kind != b"model":
            what = printable(kind.decode("utf-8", "replace"))
            raise InputError(f"{self._path} holds no model, but what it calls {what!r}: name a model's file")
        if not tensors and parts == 1 and b"tokenizer.ggml.tokens" in entries:
            raise InputError(f"{self._path} is a vocabulary only: it has no weights")
        if count > 1 and count != parts:
            raise InputError(
                f"{self._path} is one of {count} files of a model, and its name must say which: "
                f"NAME-00001-of-{count:05d}.gguf is the first"
            )

    def _tensor_end(self) -> int:
        """Where a tensor's data ends, in bytes from the beginning of all tensors' data."""
        self._text()
        dimensions = self._count(self._number(_U32), _MOST_DIMENSIONS, "dimensions of a tensor")
        elements = math.prod(self._number(_U64) for _ in range(dimensions))
        block, size = _BLOCKS.get(self._number(_U32), (1, 0))
        return self._number(_U64) + -(-elements // block) * size

    def _value(self, kind: int) -> int | bytes:
        """Pass over a value; returns it if it is a whole number or a text, else 0."""
        if kind == _STRING:
            return self._text()
        if kind == _ARRAY:
            self._array(self._number(_U32), self._number(_U64))
        else:
            return int.from_bytes(self._bytes(self._size(kind)), "little")
        return 0

    def _array(self, kind: int, count: int) -> None:
        if kind != _STRING:
            self._skip(self._size(kind) * count)
            return
        data, at, last = self._data, self._at, len(self._data) - _U64
        for _ in range(count):  # a vocabulary: some 100,000 strings, so this loop is written for speed
            if at > last:
                self._cut_off()
            at += _U64 + _LENGTH.unpack_from(data, at)[0]
        self._at = at

    def _size(self, kind: int) -> int:
        if kind not in _SIZES:  # or an array in an array, which the library doesn't have
            raise InputError(f"{self._path} is damaged: its header has a value of the unknown type {kind}")
        return _SIZES[kind]

    def _number(self, size: int) -> int:
        return int.from_bytes(self._bytes(size), "little")

    def _text(self) -> bytes:
        return self._bytes(self._number(_U64))

    def _bytes(self, count: int) -> bytes:
        self._skip(count)
        return self._data[self._at - count : self._at]

    def _skip(self, count: int) -> None:
        if self._at + count > len(self._data):
            self._cut_off()
        self._at += count

    def _count(self, count: int, most: int, what: str) -> int:
        if count > most:
            raise InputError(f"{self._path} is damaged: its header counts {count} {what}")
        return count

    def _cut_off(self) -> NoReturn:
        size = len(self._data)
        raise InputError(f"{self._path} is cut off: it ends after {size} bytes, in the middle of a model")
