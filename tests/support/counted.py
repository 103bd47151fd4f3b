"""Work that is counted, not timed."""

from __future__ import annotations

from typing import SupportsIndex, overload


class CountedPieces(tuple[bytes, ...]):
    """A vocabulary's pieces that count in `reads` how often any of them is read; a test begins with `reads` of 0."""

    reads = 0

    @overload
    def __getitem__(self, index: SupportsIndex) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[bytes, ...]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> bytes | tuple[bytes, ...]:
        CountedPieces.reads += 1
        return super().__getitem__(index)
