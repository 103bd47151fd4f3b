"""What is in the KV cache, as the nodes of a prefix tree, and what goes so that others have room."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from arena.backends.local.evaluator import Memory, Path
from arena.backends.local.nodes import Node, Plan

# With fewer cells, even what nobody waits for is kept. With more, only what was used recently, because matches that
# were just answered are about to continue from there: while so many tokens are evaluated, they ask again.
FEW_CELLS: Final = 1024
RECENT_TOKENS: Final = 128

_MOST_RECENT: Final = 3  # batches


class Residents:
    """The nodes in the cache, within `cells` tokens and `sequences` leaves, each leaf with a sequence of its own.

    `ahead`: a batch is planned before the answers of the one before it are known.
    """

    def __init__(self, memory: Memory, cells: int, sequences: int, ahead: bool = False) -> None:
        self.batch = 0
        self._memory = memory
        self._cells = cells
        self._sequences = sequences
        self._ahead = ahead
        self._few = min(FEW_CELLS, cells // 4)
        self._marked = 0
        self._waited_for = 0  # nodes that are marked
        self._rows: deque[int] = deque(maxlen=_MOST_RECENT)  # of the last batches
        self.begin()

    def begin(self) -> None:
        """The cache is empty."""
        self.root = Node(-1, None)
        self.leaves: dict[int, Node] = {}
        self.free = list(range(self._sequences - 1, -1, -1))  # sequences
        self.count = 0  # nodes, hence cells

    def reach(self, path: Path) -> Node:
        """The last node of a path that is resident or planned; the root if none is."""
        node = self.root
        with suppress(KeyError):
            for token in path:
                node = node.children[token]
        return node

    @property
    def rows(self) -> int:
        """How many rows the last batch had."""
        return self._rows[-1] if self._rows else 0

    def planned(self, rows: int) -> None:
        """A batch of so many rows was planned."""
        self._rows.append(rows)

    def needed(self, pending: Iterable[Path]) -> int:
        """How many nodes are waited for, or were used recently."""
        self.mark(pending)
        since = self._recently()
        found: set[Node] = set()
        for leaf in self.leaves.values():
            node: Node | None = leaf if leaf.used >= since else None
            while node and node.needed != self.batch and node not in found:
                found.add(node)
                node = node.parent
        return self._waited_for + len(found)

    def tidy(self, pending: Iterable[Path]) -> None:
        """Drop what nobody waits for and wasn't used recently: attention takes time for every cell."""
        if self.count < self._few:
            return
        self.mark(pending)
        since = self._recently()
        for leaf in list(self.leaves.values()):
            if leaf.needed != self.batch and leaf.used < since:
                self.trim(leaf, lambda node: node.needed == self.batch or node.used >= since)

    def _recently(self) -> int:
        """The first batch from which matches may still come back."""
        tokens = 0
        for number, rows in enumerate(reversed(self._rows), 1):
            tokens += rows
            if tokens >= RECENT_TOKENS and not self._ahead:
                return self.batch - number
        return self.batch - _MOST_RECENT

    def make_room(self, cost: int, plan: Plan) -> bool:
        """Free cells for `cost` new nodes and a sequence for one more leaf; False if that can't be done."""
        # each path of the batch, including this one, may need a sequence, and a cell if it is evaluated again
        planned = len(plan.answered) + 1
        cells = cost + len(plan.again)

        def enough(spare: int = 0) -> bool:
            return (
                self._cells - self.count >= cells + self._cells * spare // 8
                and len(self.free) >= planned + self._sequences * spare // 8
            )

        if enough():
            return True
        self.mark(plan.pending)
        # leaves that nobody waits for go first, the oldest first, an eighth of everything at a time
        for leaf in sorted(self.leaves.values(), key=lambda leaf: leaf.used):
            if enough(spare=1):
                break
            if leaf.needed != self.batch and leaf.used != self.batch:
                self.trim(leaf, lambda node: self.batch in (node.used, node.needed))
        # then the least urgent: the next path would be evaluated anew at once, and would drive out the one after it
        while not enough() and (path := next(plan.last_ones, None)) is not None:
            leaf = self.reach(path)
            if leaf.sequence >= 0 and leaf.used != self.batch:
                self.trim(leaf, lambda node: node.used == self.batch)
        return enough()

    def mark(self, pending: Iterable[Path]) -> None:
        """Mark the resident parts of the pending paths, once per batch."""
        if self._marked == self.batch:
            return
        self._marked, self._waited_for = self.batch, 0
        for path in pending:
            node: Node | None = self.reach(path)
            while node and node.needed != self.batch:  # those above one that is marked are marked
                node.needed = self.batch
                node = node.parent
                self._waited_for += 1

    def trim(self, leaf: Node, keep: Callable[[Node], bool]) -> None:
        """Cut a leaf back to its deepest ancestor for which `keep` is true or from which other nodes hang."""
        node = leaf
        while node.parent is not None and not node.children and not keep(node):
            del node.parent.children[node.token]
            node = node.parent
            self.count -= 1
        if node is leaf:
            return
        sequence, leaf.sequence = leaf.sequence, -1
        if node.parent is None or any(not child.fresh for child in node.children.values()):
            self._memory.drop(sequence, 0)
            del self.leaves[sequence]
            self.free.append(sequence)
        else:  # it is a leaf now, or only planned nodes hang from it and they need its cells
            self._memory.drop(sequence, node.depth)
            node.sequence = sequence
            self.leaves[sequence] = node
