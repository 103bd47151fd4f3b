"""The prefix tree of the prompts in the KV cache: one node per token, one sequence per leaf.

In llama.cpp a cell of the unified cache belongs to a set of sequences, and a token sees the cells of its own
sequence. So a leaf owns one sequence id, and a cell carries the ids of all leaves below it: prompts that
begin alike share their cells, and a new prompt costs only the tokens with which no earlier one began.

Only the tree, and what it holds (`arena.backends.local.residents`), copy or drop sequences, through the small `Memory`
interface, so they and the cache can't disagree.

Where the cells of a prompt must lie in the order of its tokens (`Memory.passing`), a cell is used once, and the tree
begins anew in an empty cache when that is better (`arena.backends.local.once`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Reversible
from operator import itemgetter

from arena.backends.local.evaluator import Memory, Path, Row
from arena.backends.local.nodes import Node, Plan, below
from arena.backends.local.once import Once
from arena.backends.local.residents import Residents


class Tree:
    """The resident prefixes, within `cells` tokens and `sequences` leaves. `further` says how many tokens may still
    follow a path that is waited for: where cells are used once, so many are kept for it, so that answers are carried to
    their ends. `ahead`: a batch is planned before the answers of the one before it are known."""

    def __init__(
        self,
        memory: Memory,
        cells: int,
        sequences: int,
        further: Callable[[Path], int] = lambda path: 0,
        ahead: bool = False,
    ) -> None:
        self._memory = memory
        self._further = further
        self._once = None if memory.passing is None else Once(cells, memory.passing)
        self._residents = Residents(memory, cells, sequences, ahead)
        self._scratch: list[int] = []

    def _begin_anew(self) -> None:
        """Clear the cache, and begin with an empty one."""
        self._memory.clear()
        self._residents.begin()
        if self._once:
            self._once.begin()

    def plan(self, wanted: Iterable[Path], pending: Reversible[Path], tokens: int, outputs: int) -> Plan:
        """Plan one batch: as many of the `wanted` paths, in order, as `tokens` new tokens and `outputs` allow.

        The paths must differ. One that is too long for a whole batch is begun, and a later batch ends it. `pending` are
        the paths whose prefixes should stay; if room must be made for others, the last of them make it first. After the
        rows have been evaluated, `settle` must be called.
        """
        residents = self._residents
        residents.batch += 1
        if self._once:
            self._once.lose(residents.rows, needed := residents.needed(pending))
            if self._once.is_better_cleared(needed):
                self._begin_anew()
            self._once.begin_batch()
        else:
            residents.tidy(pending)
        plan = Plan(pending)
        for path in wanted:
            if len(plan.answered) >= outputs:
                break
            node = residents.reach(path)
            if self._once:
                self._once.keep(self._further(path))
                missing = len(path) - node.depth
                if not self._once.has_room(plan.cost + missing):
                    if plan.answered:
                        break
                    if self._once.fits_anew(path, missing, tokens):
                        self._begin_anew()
                        node = residents.root
            touched: Node | None = node
            while touched and touched.used != residents.batch:  # those above one that is marked are marked
                touched.used = residents.batch
                touched = touched.parent
            again = node.depth == len(path) and not node.fresh
            cost = 1 if again else len(path) - node.depth
            room = tokens - plan.cost
            if cost > room and plan.cost:
                break
            begun = cost > room
            if not residents.make_room(min(cost, room), plan):
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
        residents.planned(len(plan.rows))
        if self._once:  # one more beside a lone row
            self._once.use(len(plan.rows) + (len(plan.rows) == 1 or len(plan.answered) == 1))
        return plan

    def settle(self, plan: Plan) -> None:
        """The plan's rows have been evaluated: free what was needed only for that."""
        for node in plan.planned:
            node.fresh = False
        for sequence in self._scratch:
            self._memory.drop(sequence, 0)
            self._residents.free.append(sequence)
        self._scratch = []

    def forget(self, path: Path, keep: int) -> None:
        """Drop the resident part of `path` beyond its first `keep` tokens, unless another prompt continues it."""
        node = self._residents.reach(path)
        if node.sequence >= 0:
            self._residents.trim(node, lambda ancestor: ancestor.depth <= keep)

    def lend(self, cells: int, pending: Reversible[Path]) -> int:
        """A sequence outside the tree, with room for `cells` cells. Until `take_back` nothing may be planned. Raises
        RuntimeError if the cache is too small."""
        self._residents.batch += 1
        self._residents.planned(cells)
        if self._once:
            if not self._once.is_left(cells):
                self._begin_anew()
            self._once.use(cells + 1)
        if not self._residents.make_room(cells, Plan(pending)):
            raise RuntimeError(f"{cells} tokens don't fit the cache")
        return self._residents.free.pop()

    def take_back(self, sequence: int, cells: int) -> None:
        """Free what was lent."""
        self._memory.drop(sequence, 0)
        self._residents.free.append(sequence)

    def _grow(self, node: Node, path: Path, plan: Plan) -> Node:
        """Hang the rest of `path` under `node`; returns the node that ends it."""
        if not node.fresh and node.depth < len(path):
            plan.stems[node] = path[: node.depth]
        for token in path[node.depth :]:
            child = Node(token, node, self._residents.batch)
            node.children[token] = child
            node = child
            self._residents.count += 1
        return node

    def _assign(self, plan: Plan) -> None:
        """Give every planned leaf its sequence and list the rows, parents before children."""
        plan.stems = dict(sorted(plan.stems.items(), key=itemgetter(1)))
        # found first: growing moves sequences from evaluated leaves to planned ones
        sources = {stem: self._sequence_at(stem) for stem in plan.stems}
        for node, path in plan.again:
            # evaluated again in a sequence that exists only for this batch, so that nothing else changes
            sequence = self._residents.free.pop()
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
                    leaf.sequence = self._residents.free.pop()
                    if stem.depth:
                        self._memory.copy(sources[stem], leaf.sequence, stem.depth)
                self._residents.leaves[leaf.sequence] = leaf
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
