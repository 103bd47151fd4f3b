"""In which shape a batch is evaluated: a few shapes serve all batches, so that each can be prepared once.

Preparing a shape takes longer than evaluating a batch in its own, so the usual ones are prepared after loading, and
another when it comes up again and would take clearly less time than what is prepared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

ROUND: Final = 64  # cells: fused attention needs a mask of a round width, and would copy any other in each layer
ROWS: Final = 32  # of a block: about the tokens of a new round's prompt, so that most prompts are one block
LARGEST: Final = 2**24  # numbers in a mask
MOST: Final = 64  # shapes
_TOKENS: Final = (16, 32, 64, 128, 256, 384, 512, 768, 1024, 1536)
_USUAL: Final = 64, 2048  # the fewest and the most tokens of the shapes that are prepared after loading
_CELLS: Final = {False: 512, True: 128}  # the fewest, without and with blocks
_USUAL_CELLS: Final = 256  # of a prompt of ten rounds
_WORTH: Final = 1.25  # times longer in what is prepared


@dataclass(frozen=True, slots=True)
class Shape:
    """How many tokens are evaluated, how many cells they see, and how many rows of logits are computed.

    With `blocks`, attention is computed in that many blocks of `ROWS` rows, and `cells` is how many each of them sees;
    without, all rows see the same cells.
    """

    tokens: int
    cells: int
    outputs: int
    blocks: int = 0

    @property
    def masked(self) -> tuple[int, int, int, int]:
        """The shape of a mask."""
        return (self.blocks, 1, ROWS, self.cells) if self.blocks else (1, 1, self.tokens, self.cells)

    @property
    def mask_size(self) -> int:
        """How many numbers a mask has."""
        return (self.blocks * ROWS or self.tokens) * self.cells

    @property
    def cost(self) -> float:
        """Roughly the time that it takes, as measured with a model of 8 billion parameters on an H200.

        The unit is attention of one row to one cell, 0.14 ns in a layer. Fetching a cell's keys and values takes 25,
        or 70 where they are repeated for each head; a token's other work 4096, and that of 200 tokens at least.
        """
        attention = self.blocks * self.cells * (ROWS + 25) if self.blocks else (self.tokens + 70) * self.cells
        return max(self.tokens, 200) * 4096 + attention

    def holds(self, other: Shape) -> bool:
        """Whether a batch of the other shape can be filled up to this one."""
        return (
            bool(self.blocks) == bool(other.blocks)
            and self.tokens >= other.tokens
            and self.cells >= other.cells
            and self.outputs >= other.outputs
            and self.blocks >= other.blocks
        )


class Shapes:
    """The shapes that are prepared, for batches of at most `outputs` rows of logits."""

    def __init__(self, outputs: int) -> None:
        self._outputs = outputs
        self._uses: Counter[Shape] = Counter()
        self._ready: set[Shape] = set()

    def usual(self, tokens: int) -> Iterator[Shape]:
        """The shapes of a tournament's batches with blocks, of at most `tokens` tokens, which are prepared now."""
        for count in (*_TOKENS, _USUAL[1]):
            if _USUAL[0] <= count <= tokens:
                for blocks in (count // 16, count // 8):
                    shape = Shape(count, _USUAL_CELLS, min(count, self._outputs), blocks)
                    self._ready.add(shape)
                    yield shape

    def choose(self, batch: Shape) -> Shape | None:
        """The shape for a batch: a prepared one, or one that is worth preparing, as the first is. None: its own."""
        shape = self._rounded(batch)
        if shape in self._ready:
            return shape
        best = min((ready for ready in self._ready if ready.holds(shape)), key=lambda ready: ready.cost, default=None)
        if best is not None and best.cost <= _WORTH * shape.cost:
            return best
        self._uses[shape] += 1
        worth = self._uses[shape] > 1 or not self._ready
        if worth and len(self._ready) < MOST and shape.mask_size <= LARGEST:
            self._ready.add(shape)
            return shape
        return best if best is not None and best.cost <= 2 * shape.cost else None

    def _rounded(self, batch: Shape) -> Shape:
        tokens = next((count for count in _TOKENS if count >= batch.tokens), _stepped(batch.tokens, 512))
        shape = replace(batch, tokens=tokens, outputs=min(tokens, self._outputs))
        if not batch.blocks:
            return replace(shape, cells=_stepped(batch.cells, _CELLS[False]))
        blocks = max(1, tokens // 16)
        while blocks < batch.blocks:
            blocks *= 2
        return replace(shape, cells=_stepped(batch.cells, _CELLS[True]), blocks=blocks)


def _stepped(count: int, least: int) -> int:
    """The next larger step: a multiple of `least`, a power of two, or one and a half of it."""
    step = max(least, (1 << (count - 1).bit_length()) // 4)
    return -(-count // step) * step
