"""What a model is given of a batch: token ids, positions, cells and masks, sent to its device in one transfer.

A batch may be filled up to a larger shape, which many batches share. What fills it up is computed like any token, is
written to a cell of its own that no row sees, and is never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from arena.backends.local.evaluator import Row
from arena.backends.local.transformers.kv_cells import Seen
from arena.backends.local.transformers.rows import sent

# Cells are rounded up to this: fused attention needs a mask of a round width, and would copy any other in each layer.
ROUND: Final = 64

Windows = Mapping[str, int | None]
"""How far back attention reaches, by the kind of a layer; None: without limit."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How many tokens are evaluated, how many cells they see, and how many rows of logits are computed."""

    tokens: int
    cells: int
    outputs: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch whose rows have cells: `cells`, shape (rows,), and what they see. `ends` are the indices of the rows that
    end a prompt."""

    rows: Sequence[Row]
    cells: NDArray[np.int64]
    seen: Seen
    ends: list[int]

    @property
    def shape(self) -> Shape:
        """The smallest shape that holds it."""
        return Shape(len(self.rows), -(-len(self.seen.cells) // ROUND) * ROUND, len(self.ends))


class Inputs:
    """Tensors of one shape on the model's device, filled with one batch after another.

    `ids`, `positions` and `placed` (the cells written) have the shape (tokens,), `seen` (cells,), `at` (outputs,);
    `masks` holds one of the shape (1, 1, tokens, cells) for each kind of layer, which is added to attention's scores.
    """

    @torch.inference_mode()
    def __init__(
        self,
        shape: Shape,
        windows: Windows,
        spare: int,
        dtype: torch.dtype,
        device: torch.device,
        room: Mapping[str, torch.Tensor] | None = None,
    ) -> None:
        """`spare` is the cell that is written by what fills a batch up. The masks are in `room`, if that is given: flat
        tensors that are large enough for them."""
        self.shape = shape
        self._windows = windows
        self._spare = spare
        sizes = [shape.tokens, shape.tokens, shape.tokens, shape.cells, shape.outputs]
        self._numbers = torch.zeros(sum(sizes), dtype=torch.long, device=device)
        self.ids, self.positions, self.placed, self.seen, self.at = self._numbers.split(sizes)
        size = shape.tokens * shape.cells
        room = room or {kind: torch.empty(size, dtype=dtype, device=device) for kind in windows}
        self.masks = {kind: room[kind][:size].view(1, 1, shape.tokens, shape.cells) for kind in windows}

    @torch.inference_mode()
    def fill(self, batch: Placed) -> None:
        """Put in a batch that fits the shape; the device isn't waited for."""
        tokens, cells, outputs = self.shape.tokens, self.shape.cells, self.shape.outputs
        seen = batch.seen
        columns = [
            _filled([row.token for row in batch.rows], tokens),
            _filled(seen.position, tokens),
            _filled(batch.cells, tokens, self._spare),
            _filled(seen.cells, cells),  # any cells will do, because no row sees them
            _filled(batch.ends, outputs),
            _filled(seen.sequence, tokens),
            seen.table.ravel(),
        ]
        both = sent(np.concatenate(columns), self._numbers.device)
        self._numbers.copy_(both[: len(self._numbers)])
        sequence, table = both[len(self._numbers) :].split([tokens, seen.table.size])
        places = table.view(seen.table.shape)[sequence]
        for kind, window in self._windows.items():
            write_mask(self.masks[kind][0, 0], places, self.positions, window)


def write_mask(out: torch.Tensor, places: torch.Tensor, position: torch.Tensor, window: int | None) -> None:
    """Write a mask of shape (rows, cells): 0 where a row sees a cell, else the lowest number there is.

    `places`, shape (rows, positions), are the cells of each row's sequence, by position; a row at `position` sees its
    own past, no further back than `window` positions.
    """
    own = position[:, None]
    back = own - torch.arange(places.shape[1], device=places.device)
    visible = back >= 0 if window is None else (back >= 0) & (back < window)
    # a place that isn't visible is replaced by the row's own
    out.fill_(torch.finfo(out.dtype).min).scatter_(1, torch.where(visible, places, places.gather(1, own)), 0.0)


def _filled(values: ArrayLike, count: int, value: int = 0) -> NDArray[np.int64]:
    filled = np.full(count, value, dtype=np.int64)
    here = np.asarray(values, dtype=np.int64)
    filled[: len(here)] = here
    return filled
