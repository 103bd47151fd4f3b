"""GGUF files byte by byte, and the names of the two files of a split model."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(
    entries: Sequence[bytes] = (), tensors: Sequence[tuple[tuple[int, ...], int, int]] = (), data: int = 0
) -> bytes:
    """A GGUF file: metadata as bytes, tensors as (dimensions, type, offset), and `data` bytes of data."""
    file = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entries)
    for dimensions, kind, offset in tensors:
        file += text("t") + struct.pack(f"<I{len(dimensions)}Q", len(dimensions), *dimensions)
        file += struct.pack("<IQ", kind, offset)
    return file + bytes(-len(file) % 32) + bytes(data)


SPLIT = ("b-00001-of-00002.gguf", "b-00002-of-00002.gguf")
