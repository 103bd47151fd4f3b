"""The prefix tree of the prompts in the KV cache: one node per token, one sequence per leaf.

In llama.cpp a cell of the unified cache belongs to a set of sequences, and a token sees the cells of its own
sequence. So a leaf owns one sequence id, and a cell carries the ids of all leaves below it: prompts that
begin alike share their cells, and a new prompt costs only the tokens with which no earlier one began.

Only the tree copies or drops sequences, through the small `Memory` interface, so it and the cache can't disagree.

Where the cells of a prompt must lie in the order of its tokens (`Memory.passing`), a cell is used once, and the tree
begins anew in an empty cache when that is better (`arena.backends.local.once`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Reversible
from contextlib import suppress
from operator import itemgetter

from arena.backends.local.evaluator import Memory, Path, Row
from arena.backends.local.nodes import Node, Plan, below
from arena.backends.local.once import Once

# With fewer cells, even what nobody waits for is kept; with more, what the last batches used is kept, because
# matches that were just answered are about to continue from there.
FEW_CELLS = 1024
RECENT_BATCHES = 3


class Tree:
    """The resident prefixes, within `cells` tokens and `sequences` leaves. `further` says how many tokens may still
    follow a path that is waited for: where cells are used once, so many are kept for it, so that answers are carried to
    their ends."""

    def __init__(
        self, memory: Memory, cells: int, sequences: int, further: Callable[[Path], int] = lambda path: 0
    ) -> None:
        self._memory = memory
        self._further = further
        self._once = None if memory.passing is None else Once(cells, memory.passing)
        self._cells = cells
        self._sequences = sequences
        self._few = min(FEW_CELLS, cells // 4)
        self._batch = 0
        self._marked = 0
        self._needed = 0  # nodes that are marked
        self._rows = 0  # of the last batch
        self._scratch: list[int] = []
        self._begin()

    def _begin_anew(self) -> None:
        """Clear the cache, and begin with an empty one."""
        self._memory.clear()
        self._begin()

    def _begin(self) -> None:
        self._root = Node(-1, None)
        self._leaves: dict[int, Node] = {}
        self._free = list(range(self._sequences - 1, -1, -1))
        self.resident = 0  # nodes, hence cells
        if self._once:
            self._once.begin()

    def plan(self, wanted: Iterable[Path], pending: Reversible[Path], tokens: int, outputs: int) -> Plan:
        """Plan one batch: as many of the `wanted` paths, in order, as `tokens` new tokens and `outputs` allow.

        The paths must differ. One that is too long for a whole batch is begun, and a later batch ends it. `pending` are
        the paths whose prefixes should stay; if room must be made for others, the last of them make it first. After the
        rows have been evaluated, `settle` must be called.
        """
        self._batch += 1
        self._tidy(pending)
        if self._once:
            self._once.begin_batch()
        plan = Plan(pending)
        for path in wanted:
            if len(plan.answered) >= outputs:
                break
            node = self._reach(path)
            if self._once:
                self._once.keep(self._further(path))
                missing = len(path) - node.depth
                if not self._once.has_room(plan.cost + missing):
                    if plan.answered:
                        break
                    if self._once.fits_anew(path, missing, tokens):
                        self._begin_anew()
                        node = self._root
            touched: Node | None = node
            while touched and touched.used != self._batch:  # those above one that is marked are marked
                touched.used = self._batch
                touched = touched.parent
            again = node.depth == len(path) and not node.fresh
            cost = 1 if again else len(path) - node.depth
            room = tokens - plan.cost
            if cost > room and plan.cost:
                break
            begun = cost > room
            if not self._make_room(min(cost, room), plan):
                break
            plan.cost += min(cost, room)
            if begun:
                self._grow(node, path[: node.depth + room], plan)
                break
            if again:
                plan.again.append((node, path))
            else:
                plan.ends[self._grow(node, path, plan)] = path
            plan.answered.append(path)
        self._assign(plan)
        if self._once:
            self._rows = len(plan.rows)
            self._once.use(self._rows + (self._rows == 1 or len(plan.answered) == 1))  # one more beside a lone row
        return plan

    def settle(self, plan: Plan) -> None:
        """The plan's rows have been evaluated: free what was needed only for that."""
        for node in plan.planned:
            node.fresh = False
        for sequence in self._scratch:
            self._memory.drop(sequence, 0)
            self._free.append(sequence)
        self._scratch = []

    def forget(self, path: Path, keep: int) -> None:
        """Drop the resident part of `path` beyond its first `keep` tokens, unless another prompt continues it."""
        node = self._reach(path)
        if node.sequence >= 0:
            self._trim(node, lambda ancestor: ancestor.depth <= keep)

    def lend(self, cells: int, pending: Reversible[Path]) -> int:
        """A sequence outside the tree, with room for `cells` cells. Until `take_back` nothing may be planned. Raises
        RuntimeError if the cache is too small."""
        self._batch += 1
        if self._once:
            if not self._once.is_left(cells):
                self._begin_anew()
            self._once.use(cells + 1)
        if not self._make_room(cells, Plan(pending)):
            raise RuntimeError(f"{cells} tokens don't fit the cache")
        return self._free.pop()

    def take_back(self, sequence: int, cells: int) -> None:
        """Free what was lent."""
        self._memory.drop(sequence, 0)
        self._free.append(sequence)

    def _reach(self, path: Path) -> Node:
        """The last node of a path that is resident or planned; the root if none is."""
        node = self._root
        with suppress(KeyError):
            for token in path:
                node = node.children[token]
        return node

    def _grow(self, node: Node, path: Path, plan: Plan) -> Node:
        """Hang the rest of `path` under `node`; returns the node that ends it."""
        if not node.fresh and node.depth < len(path):
            plan.stems[node] = path[: node.depth]
        for token in path[node.depth :]:
            child = Node(token, node, self._batch)
            node.children[token] = child
            node = child
            self.resident += 1
        return node

    def _assign(self, plan: Plan) -> None:
        """Give every planned leaf its sequence and list the rows, parents before children."""
        plan.stems = dict(sorted(plan.stems.items(), key=itemgetter(1)))
        # found first: growing moves sequences from evaluated leaves to planned ones
        sources = {stem: self._sequence_at(stem) for stem in plan.stems}
        for node, path in plan.again:
            # evaluated again in a sequence that exists only for this batch, so that nothing else changes
            sequence = self._free.pop()
            self._memory.copy(self._sequence_at(node), sequence, node.depth - 1)
            self._scratch.append(sequence)
            plan.rows.append(Row(node.token, node.depth - 1, (sequence,), path))
        for stem in plan.stems:
            planned = below(stem)
            plan.planned += planned
            sequences: dict[Node, list[int]] = {node: [] for node in planned}
            for leaf in planned:
                if leaf.children:
                    continue
                if stem.sequence >= 0:  # a leaf that grows keeps its own sequence
                    leaf.sequence, stem.sequence = stem.sequence, -1
                else:
                    leaf.sequence = self._free.pop()
                    if stem.depth:
                        self._memory.copy(sources[stem], leaf.sequence, stem.depth)
                self._leaves[leaf.sequence] = leaf
                node = leaf
                while node is not stem:
                    sequences[node].append(leaf.sequence)
                    assert node.parent is not None
                    node = node.parent
            for node in planned:
                plan.rows.append(Row(node.token, node.depth - 1, tuple(sequences[node]), plan.ends.get(node)))

    def _sequence_at(self, node: Node) -> int:
        """A sequence that holds this node's cells: its own or that of an evaluated leaf below; -1 at an empty root."""
        while node.sequence < 0:
            older = next((child for child in node.children.values() if not child.fresh), None)
            if older is None:
                return -1
            node = older
        return node.sequence

    def _tidy(self, pending: Iterable[Path]) -> None:
        """Drop what nobody waits for and no recent batch has used: attention takes time for every cell."""
        recent = self._batch - RECENT_BATCHES
        if self._once:
            self._mark(pending)
            needed = self._needed + self._recent(recent)
            self._once.lose(self._rows, needed)
            if self._once.is_better_cleared(needed):
                self._begin_anew()
        elif self.resident >= self._few:
            self._mark(pending)
            for leaf in list(self._leaves.values()):
                if leaf.needed != self._batch and leaf.used < recent:
                    self._trim(leaf, lambda node: node.needed == self._batch or node.used >= recent)

    def _make_room(self, cost: int, plan: Plan) -> bool:
        """Free cells for `cost` new nodes and a sequence for one more leaf; False if that can't be done."""
        # each path of the batch, including this one, may need a sequence, and a cell if it is evaluated again
        planned = len(plan.answered) + 1
        cells = cost + len(plan.again)

        def enough(spare: int = 0) -> bool:
            return (
                self._cells - self.resident >= cells + self._cells * spare // 8
                and len(self._free) >= planned + self._sequences * spare // 8
            )

        if enough():
            return True
        self._mark(plan.pending)
        # leaves that nobody waits for go first, the oldest first, an eighth of everything at a time
        for leaf in sorted(self._leaves.values(), key=lambda leaf: leaf.used):
            if enough(spare=1):
                break
            if leaf.needed != self._batch and leaf.used != self._batch:
                self._trim(leaf, lambda node: self._batch in (node.used, node.needed))
        # then the least urgent: the next path would be evaluated anew at once, and would drive out the one after it
        while not enough() and (path := next(plan.last_ones, None)) is not None:
            leaf = self._reach(path)
            if leaf.sequence >= 0 and leaf.used != self._batch:
                self._trim(leaf, lambda node: node.used == self._batch)
        return enough()

    def _mark(self, pending: Iterable[Path]) -> None:
        """Mark the resident parts of the pending paths, once per batch."""
        if self._marked == self._batch:
            return
        self._marked, self._needed = self._batch, 0
        for path in pending:
            node: Node | None = self._reach(path)
            while node and node.needed != self._batch:  # those above one that is marked are marked
                node.needed = self._batch
                node = node.parent
                self._needed += 1

    def _recent(self, since: int) -> int:
        """How many nodes that aren't marked were used since a batch."""
        found: set[Node] = set()
        for leaf in self._leaves.values():
            node: Node | None = leaf if leaf.used >= since else None
            while node and node.needed != self._batch and node not in found:
                found.add(node)
                node = node.parent
        return len(found)

    def _trim(self, leaf: Node, keep: Callable[[Node], bool]) -> None:
        """Cut a leaf back to its deepest ancestor for which `keep` is true or from which other nodes hang."""
        node = leaf
        while node.parent is not None and not node.children and not keep(node):
            del node.parent.children[node.token]
            node = node.parent
            self.resident -= 1
        if node is leaf:
            return
        sequence, leaf.sequence = leaf.sequence, -1
        if node.parent is None or any(not child.fresh for child in node.children.values()):
            self._memory.drop(sequence, 0)
            del self._leaves[sequence]
            self._free.append(sequence)
        else:  # it is a leaf now, or only planned nodes hang from it and they need its cells
            self._memory.drop(sequence, node.depth)
            node.sequence = sequence
            self._leaves[sequence] = node
