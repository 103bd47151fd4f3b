"""In which shape a batch is evaluated: a few shapes serve all batches, so that each can be prepared once.

Preparing a shape takes longer than evaluating a batch in its own, so it is done when a shape comes up again. Meanwhile
any larger one that is prepared will do.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from arena.backends.local.transformers.inputs import Shape

LARGEST: Final = 2**24  # tokens times cells: the size of a mask
MOST: Final = 64  # shapes
_TOKENS, _CELLS = 16, 512  # the smallest
_CHEAP: Final = 512  # tokens, which are computed in less time than it takes to prepare a batch of any shape


class Shapes:
    """The shapes that are prepared, for batches of at most `outputs` rows of logits."""

    def __init__(self, outputs: int) -> None:
        self._outputs = outputs
        self._uses: Counter[Shape] = Counter()
        self._ready: set[Shape] = set()

    def choose(self, batch: Shape) -> Shape | None:
        """The shape for a batch: a prepared one, or one that is worth preparing, as the first is. None: its own."""
        tokens = _stepped(batch.tokens, _TOKENS, parts=4)
        shape = Shape(tokens, _stepped(batch.cells, _CELLS, parts=2), min(tokens, self._outputs))
        if shape in self._ready:
            return shape
        self._uses[shape] += 1
        worth = self._uses[shape] > 1 or not self._ready
        if worth and len(self._ready) < MOST and shape.tokens * shape.cells <= LARGEST:
            self._ready.add(shape)
            return shape
        larger = [
            other
            for other in self._ready
            if other.tokens >= shape.tokens
            and other.cells >= shape.cells
            and other.tokens <= max(_CHEAP, 2 * shape.tokens)
        ]
        return min(larger, key=_cost, default=None)


def _stepped(count: int, least: int, parts: int) -> int:
    """The next larger step: a multiple of `least`, and from one power of two to the next at most `parts` steps."""
    step = max(least, 2 ** (count - 1).bit_length() // (2 * parts))
    return -(-count // step) * step


def _cost(shape: Shape) -> int:
    """Roughly what evaluating takes: layers for each token, attention for each token and cell."""
    return shape.tokens * (shape.cells + 4096)
