"""Attention in blocks: a few rows of one sequence at a time, each over the cells of that sequence alone.

A batch holds many short prompts. Computed as one sequence with a mask, each row would also be multiplied with the keys
of all others' cells: on a GPU that takes longer than the rest of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from arena.backends.local.transformers.kv_cells import Seen
from arena.backends.local.transformers.shapes import ROWS

NAME: Final = "arena_blocks"  # among transformers' implementations of attention
USUAL: Final = "sdpa"  # the implementation that it is another form of
_ELSE: Final = ("s_aux", "softcap", "position_bias")  # what some models do besides, which isn't done here


@dataclass(frozen=True, slots=True)
class Blocks:
    """A batch in `count` blocks. Row r is in place `places[r]` of them, a block's `ROWS` places after another's. The
    block of index b sees the sequence of index `sequence[b]` among those that the batch sees."""

    count: int
    places: NDArray[np.int64]
    sequence: NDArray[np.int64]


def in_blocks(seen: Seen) -> Blocks:
    """The blocks of a batch."""
    rows = len(seen.sequence)
    order = np.argsort(seen.sequence, kind="stable")
    counts = np.bincount(seen.sequence)
    blocks = -(-counts // ROWS)
    starts = np.cumsum(counts) - counts  # of the sequences in that order
    moved = (np.cumsum(blocks) - blocks) * ROWS - starts  # how much further a sequence's rows stand in the blocks
    places = np.empty(rows, dtype=np.int64)
    places[order] = np.arange(rows) + np.repeat(moved, counts)
    return Blocks(int(blocks.sum()), places, np.repeat(np.arange(len(counts)), blocks))


@dataclass(frozen=True, slots=True)
class Laid:
    """Blocks on the device: the row of each place, shape (blocks * ROWS,), and the place of each row, shape (rows,)."""

    rows: torch.Tensor
    places: torch.Tensor


_laid: ContextVar[Laid | None] = ContextVar("laid", default=None)


@contextmanager
def attending(laid: Laid | None) -> Iterator[None]:
    """Within the context, attention is computed in these blocks; None: as usual."""
    token = _laid.set(laid)
    try:
        yield
    finally:
        _laid.reset(token)


def use_blocks(model: Any) -> None:
    """Have a model ask this module for its attention. Raises RuntimeError if it can't be had from elsewhere."""
    if model.config._attn_implementation != USUAL:
        raise RuntimeError(f"its attention is of the kind {model.config._attn_implementation}")
    AttentionInterface.register(NAME, _attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    if model.config._attn_implementation != NAME:
        raise RuntimeError("its attention is its own")


def _attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention as transformers calls it. `query` has the shape (1, heads, rows, size). Keys and values have been
    gathered for each block, shape (blocks, heads that queries share, cells, size). Returns (1, rows, heads, size)."""
    laid = _laid.get()
    if laid is None:
        found: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **kwargs
        )
        return found
    if more := [name for name in _ELSE if kwargs.get(name) is not None]:
        raise RuntimeError(f"its attention takes {more[0]}")
    assert attention_mask is not None
    (blocks, shared), heads = key.shape[:2], query.shape[1]
    groups = heads // shared
    gathered = query[0].transpose(0, 1).index_select(0, laid.rows).view(blocks, ROWS, shared, groups, -1)
    # the heads that share a key are further rows of its block, so keys and values needn't be repeated
    found_blocks = scaled_dot_product_attention(
        gathered.permute(0, 2, 3, 1, 4).reshape(blocks, shared, groups * ROWS, -1),
        key,
        value,
        attn_mask=attention_mask.repeat(1, 1, groups, 1),
        scale=scaling,
    )
    rows = found_blocks.view(blocks, shared, groups, ROWS, -1).permute(0, 3, 1, 2, 4)
    return rows.reshape(blocks * ROWS, heads, -1).index_select(0, laid.places)[None], None
