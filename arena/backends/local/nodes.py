"""The nodes of the prefix tree, and a planned batch of them."""

from __future__ import annotations

from collections.abc import Reversible

from arena.backends.local.evaluator import Path, Row


class Node:
    """A token in the cache.

    `sequence` is set on leaves only; `used` is the batch that last touched the node, `needed` the last one
    that found it waited for; `fresh` while it is planned and not yet evaluated.
    """

    __slots__ = ("children", "depth", "fresh", "needed", "parent", "sequence", "token", "used")

    def __init__(self, token: int, parent: Node | None, used: int = 0) -> None:
        self.token = token
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent else 0
        self.children: dict[int, Node] = {}
        self.sequence = -1
        self.used = used
        self.needed = 0
        self.fresh = parent is not None


class Plan:
    """A batch: its rows in the order of evaluation, and the paths whose distributions they give."""

    def __init__(self, pending: Reversible[Path]) -> None:
        self.pending = pending
        self.last_ones = reversed(pending)  # those that may still have to make room
        self.rows: list[Row] = []
        self.answered: list[Path] = []
        self.cost = 0  # tokens to evaluate
        self.stems: dict[Node, Path] = {}  # evaluated nodes from which planned ones hang, and their paths
        self.planned: list[Node] = []
        self.ends: dict[Node, Path] = {}  # planned nodes whose distribution is wanted
        self.again: list[tuple[Node, Path]] = []  # evaluated nodes whose distribution is wanted, and their paths


def below(stem: Node) -> list[Node]:
    """The planned nodes under an evaluated one, parents before children."""
    found: list[Node] = []
    stack = [child for child in reversed(stem.children.values()) if child.fresh]
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend(reversed(node.children.values()))
    return found
