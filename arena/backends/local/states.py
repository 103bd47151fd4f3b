"""The cache of a model whose layers keep a state: each prompt in a sequence of its own, with nothing shared.

A recurrent layer's state is that after the last token of its sequence. It can't be cut back, and only a prompt that
continues from there can use it: so a sequence is copied whole, or evaluated from its first token. This is slower than
the prefix tree (`arena.backends.local.tree`), whose place it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Reversible

from arena.backends.local.evaluator import Memory, Path, Row
from arena.backends.local.nodes import Plan


class States:
    """The prompts whose states are resident, within `cells` tokens (all sequences together) and `sequences` of them."""

    def __init__(self, memory: Memory, cells: int, sequences: int) -> None:
        self._memory = memory
        self._resident: dict[Path, int] = {}  # the least recently used first
        self._planned: dict[Path, int] = {}
        self._free = list(range(sequences - 1, -1, -1))
        self._cells = cells  # free ones; a copy is counted as if it shared none

    def plan(self, wanted: Iterable[Path], pending: Reversible[Path], tokens: int, outputs: int) -> Plan:
        """Plan one batch, as `Tree.plan` does. Room is made by dropping the least recently used."""
        plan = Plan(pending)
        for path in wanted:
            if len(plan.answered) >= outputs:
                break
            known = self._longest(path)
            room = tokens - plan.cost
            if len(path) - len(known) > room and plan.cost:
                break
            target = path[: len(known) + room]  # all of it, unless it is too long for a whole batch
            sequence = self._sequence(known, target)
            if sequence is None:
                break
            self._planned[target] = sequence
            plan.cost += len(target) - len(known)
            last = len(path) - 1
            plan.rows += [
                Row(path[at], at, (sequence,), path if at == last else None) for at in range(len(known), len(target))
            ]
            if target != path:
                break
            plan.answered.append(path)
        return plan

    def settle(self, plan: Plan) -> None:
        """The plan's rows have been evaluated, so prompts can continue from its states."""
        self._resident |= self._planned
        self._planned = {}

    def forget(self, path: Path, keep: int) -> None:
        """Drop the state after `path`, if it is longer than `keep`."""
        if path in self._resident and len(path) > keep:
            self._drop(path)

    def lend(self, cells: int, pending: Reversible[Path]) -> int:
        """A sequence that holds no prompt, with room for `cells` tokens, as in `Tree.lend`."""
        if not self._make_room(cells):
            raise RuntimeError(f"{cells} tokens don't fit the cache")
        self._cells -= cells
        return self._free.pop()

    def take_back(self, sequence: int, cells: int) -> None:
        """Free what was lent."""
        self._memory.drop(sequence, 0)
        self._free.append(sequence)
        self._cells += cells

    def _make_room(self, cells: int, keep: Path = ()) -> bool:
        """Drop the least recently used until a sequence and `cells` tokens are free; False if that isn't enough."""
        for oldest in [path for path in self._resident if path != keep]:
            if self._free and self._cells >= cells:
                break
            self._drop(oldest)
        return bool(self._free) and self._cells >= cells

    def _longest(self, path: Path) -> Path:
        """The longest beginning of a path, but not the whole, after which a state is resident."""
        begins = (known for known in self._resident if len(known) < len(path) and path[: len(known)] == known)
        return max(begins, key=len, default=())

    def _sequence(self, known: Path, target: Path) -> int | None:
        """A sequence that ends with `known`, with room up to `target`; None if this batch can't have one."""
        if target in self._resident:  # its distribution is wanted again, which a state can't give
            self._drop(target)
        if self._make_room(len(target), keep=known):
            self._cells -= len(target)
            sequence = self._free.pop()
            if known:
                self._resident[known] = source = self._resident.pop(known)  # now the most recently used
                self._memory.copy(source, sequence, len(known))
            return sequence
        if known and self._cells >= len(target) - len(known):  # no room for both: the state itself is continued
            self._cells -= len(target) - len(known)
            return self._resident.pop(known)
        return None

    def _drop(self, path: Path) -> None:
        sequence = self._resident.pop(path)
        self._memory.drop(sequence, 0)
        self._free.append(sequence)
        self._cells += len(path)
