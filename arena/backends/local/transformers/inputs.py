"""What a model is given of a batch: token ids, positions, cells and masks, sent to its device in one transfer.

A batch may be filled up to a larger shape, which many batches share. What fills it up is computed like any token, is
written to a cell of its own that no row sees, and is never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from arena.backends.local.evaluator import Row
from arena.backends.local.transformers.blocks import Blocks, Laid
from arena.backends.local.transformers.kv_cells import Seen
from arena.backends.local.transformers.rows import sent
from arena.backends.local.transformers.shapes import ROUND, ROWS, Shape

Windows = Mapping[str, int | None]
"""How far back attention reaches, by the kind of a layer; None: without limit."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A batch whose rows have cells: `cells`, shape (rows,), and what they see. `ends` are the indices of the rows that
    end a prompt. `blocks`: how attention can be divided, if the model allows it."""

    rows: Sequence[Row]
    cells: NDArray[np.int64]
    seen: Seen
    ends: list[int]
    blocks: Blocks | None = None

    @property
    def whole(self) -> Shape:
        """The smallest shape without blocks that holds it."""
        return Shape(len(self.rows), _round(len(self.seen.cells)), len(self.ends))

    @property
    def divided(self) -> Shape:
        """The smallest shape with blocks that holds it."""
        assert self.blocks is not None
        return Shape(len(self.rows), _round(self.seen.table.shape[1]), len(self.ends), self.blocks.count)

    @property
    def shape(self) -> Shape:
        """The smallest shape that holds it, with blocks if that is faster."""
        if self.blocks is None:
            return self.whole
        return min(self.whole, self.divided, key=lambda shape: shape.cost)


class Inputs:
    """Tensors of one shape on the model's device, filled with one batch after another.

    `ids`, `positions` and `placed` (the cells written) have the shape (tokens,), `at` (outputs,), and `seen` (cells,)
    or, with blocks, (blocks * cells,); `masks` holds one for each kind of layer, which is added to attention's scores.
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
        tokens, blocks = shape.tokens, shape.blocks
        sizes = [tokens, tokens, tokens, shape.cells * (blocks or 1), shape.outputs]
        sizes += [blocks * ROWS, tokens] if blocks else []
        self._numbers = torch.zeros(sum(sizes), dtype=torch.long, device=device)
        self.ids, self.positions, self.placed, self.seen, self.at, *laid = torch.split(self._numbers, sizes)
        self.laid = Laid(*laid) if laid else None
        room = room or {kind: torch.empty(shape.mask_size, dtype=dtype, device=device) for kind in windows}
        self.masks = {kind: room[kind][: shape.mask_size].view(shape.masked) for kind in windows}

    @torch.inference_mode()
    def fill(self, batch: Placed) -> None:
        """Put in a batch that fits the shape; the device isn't waited for."""
        tokens, seen = self.shape.tokens, batch.seen
        columns = [
            _filled([row.token for row in batch.rows], tokens),
            _filled(seen.position, tokens),
            _filled(batch.cells, tokens, self._spare),
        ]
        ends = _filled(batch.ends, self.shape.outputs)
        if self.laid is None:
            self._fill_whole([*columns, _filled(seen.cells, self.shape.cells), ends], batch)
        else:
            self._fill_blocks([*columns, self._seen_by_block(batch), ends], batch)

    def _fill_whole(self, columns: list[NDArray[np.int64]], batch: Placed) -> None:
        seen = batch.seen
        columns += [_filled(seen.sequence, self.shape.tokens), seen.table.ravel()]
        both = sent(np.concatenate(columns), self._numbers.device)
        self._numbers.copy_(both[: len(self._numbers)])
        sequence, table = torch.split(both[len(self._numbers) :], [self.shape.tokens, seen.table.size])
        places = table.view(seen.table.shape)[sequence]
        for kind, window in self._windows.items():
            write_mask(self.masks[kind][0, 0], places, self.positions, window)

    def _fill_blocks(self, columns: list[NDArray[np.int64]], batch: Placed) -> None:
        assert self.laid is not None and batch.blocks is not None
        rows = np.zeros(self.shape.blocks * ROWS, dtype=np.int64)
        rows[batch.blocks.places] = np.arange(len(batch.rows))
        columns += [rows, _filled(batch.blocks.places, self.shape.tokens)]
        self._numbers.copy_(sent(np.concatenate(columns), self._numbers.device))
        own = self.positions[self.laid.rows].view(self.shape.blocks, 1, ROWS, 1)
        back = own - torch.arange(self.shape.cells, device=own.device)
        for kind, window in self._windows.items():
            self.masks[kind].fill_(torch.finfo(self.masks[kind].dtype).min).masked_fill_(_visible(back, window), 0.0)

    def _seen_by_block(self, batch: Placed) -> NDArray[np.int64]:
        """The cells of each block's sequence by position, flat. Beyond its end any cell will do."""
        assert batch.blocks is not None
        table = batch.seen.table
        found = np.zeros((self.shape.blocks, self.shape.cells), dtype=np.int64)
        found[: batch.blocks.count, : table.shape[1]] = batch.seen.cells[table[batch.blocks.sequence]]
        return found.ravel()


def write_mask(out: torch.Tensor, places: torch.Tensor, position: torch.Tensor, window: int | None) -> None:
    """Write a mask of shape (rows, cells): 0 where a row sees a cell, else the lowest number there is.

    `places`, shape (rows, positions), are the cells of each row's sequence, by position; a row at `position` sees its
    own past, no further back than `window` positions.
    """
    own = position[:, None]
    visible = _visible(own - torch.arange(places.shape[1], device=places.device), window)
    # a place that isn't visible is replaced by the row's own
    out.fill_(torch.finfo(out.dtype).min).scatter_(1, torch.where(visible, places, places.gather(1, own)), 0.0)


def _visible(back: torch.Tensor, window: int | None) -> torch.Tensor:
    """Whether what is so many positions back is seen."""
    return back >= 0 if window is None else (back >= 0) & (back < window)


def _round(cells: int) -> int:
    return -(-cells // ROUND) * ROUND


def _filled(values: ArrayLike, count: int, value: int = 0) -> NDArray[np.int64]:
    filled = np.full(count, value, dtype=np.int64)
    here = np.asarray(values, dtype=np.int64)
    filled[: len(here)] = here
    return filled
