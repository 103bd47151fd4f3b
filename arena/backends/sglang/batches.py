"""The requests of many matches, in batches that a server and a router understand.

A server takes options for each prompt of a request; the router (sglang-router 0.3.2) takes one set for all of them,
so a request's prompts are all of one kind.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field

from arena.backends.sglang.wire import Generated, Kind, Numbers


@dataclass(slots=True, eq=False)
class Ask:
    """A prompt, what is asked about it, and who waits for the answer."""

    tokens: tuple[int, ...]
    kind: Kind
    answer: asyncio.Future[Generated] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


@dataclass(frozen=True, slots=True)
class Known:
    """A prompt's distribution, or who waits for it, and the block for which it was asked."""

    block: int
    told: asyncio.Future[Numbers]

    def serves(self, block: int) -> bool:
        """Whether another request of this block may wait for it: it hasn't failed, and doesn't come later."""
        if not self.told.done():
            return self.block <= block
        return not self.told.cancelled() and self.told.exception() is None


class Gone(Exception):
    """Whoever asked first no longer waits."""


class Queue:
    """Prompts that wait to be asked: the lowest block first, in it the deepest match, equals in order of arrival."""

    def __init__(self) -> None:
        self._heaps: dict[Kind, list[tuple[tuple[int, int], int, Ask]]] = {}
        self._order = 0

    def __bool__(self) -> bool:
        return bool(self._heaps)

    def push(self, ask: Ask, block: int, depth: int) -> None:
        """Add a prompt."""
        self._order += 1
        heapq.heappush(self._heaps.setdefault(ask.kind, []), ((block, -depth), self._order, ask))

    def batch(self, most: int) -> list[Ask]:
        """Take the next prompt, with others of its kind up to `most`; those that nobody waits for are left out."""
        batch: list[Ask] = []
        while self._heaps and not batch:
            kind = min(self._heaps, key=lambda kind: self._heaps[kind][0][:2])
            heap = self._heaps[kind]
            while heap and len(batch) < most:
                _, _, ask = heapq.heappop(heap)
                if not ask.answer.done():
                    batch.append(ask)
            if not heap:
                del self._heaps[kind]
        return batch

    def cancel(self) -> None:
        """Cancel everything: whoever waits learns that nothing will come."""
        for heap in self._heaps.values():
            for _, _, ask in heap:
                ask.answer.cancel()
        self._heaps.clear()
