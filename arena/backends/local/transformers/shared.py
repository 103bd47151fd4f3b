"""All prompts in one cache of cells, shared where they begin alike and kept apart by attention's mask.

To transformers a batch is one long sequence: positions and a mask are given with it, and the cache gives every layer
the keys and values of all cells that the batch sees, or of those that each of its blocks sees. A model that ignores
them for something of its own (positions counted in the batch, ALiBi from a mask of its own, a recurrent state) can't be
run like this.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

from arena.backends.local.agreement import ROUNDED, WITHIN, difference
from arena.backends.local.evaluator import Row
from arena.backends.local.library import check_cells
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.blocks import NAME, USUAL, attending, in_blocks, use_blocks
from arena.backends.local.transformers.graphs import Graphs
from arena.backends.local.transformers.inputs import Inputs, Placed
from arena.backends.local.transformers.kv_cells import Cells
from arena.backends.local.transformers.rows import fetched
from arena.backends.local.transformers.shapes import LARGEST, ROWS, Shape

_SLIDING, _FULL = "sliding_attention", "full_attention"
_NEEDED: Final = {"position_ids": "positions", "past_key_values": "a cache", "attention_mask": "a mask"}

Run = Callable[..., torch.Tensor]
"""Runs the model on transformers' keyword arguments; returns the logits of the tokens of index `at`, a row for each."""


class NotShareable(Exception):
    """Prompts can't share cells with this model: the reason, as a clause."""


class Shared:
    """The cells of one model, and the batches that are run in them."""

    def __init__(self, model: Any, run: Run, settings: Settings, *, graphs: bool, blocks: bool) -> None:
        """Learn what a cell holds by evaluating a token. With `graphs`, batches are then evaluated in shapes that come
        up again; with `blocks`, attention is computed in blocks if the model allows it. Raises NotShareable, and
        LoadError for too small a budget."""
        if reason := _obstacle(model):
            raise NotShareable(reason)
        self._run = run
        self._dtype, self._device = model.dtype, model.device
        self._windows = _windows(model.config.get_text_config())
        self._room = _Room(self._device)
        layer: Any = partial(_Layer, self._room)
        self._keys = Cache(layer_class_to_replicate=layer)
        self.graphs: Graphs | None = None
        self.blocks = False
        self._resize(1, 1)
        try:
            self.evaluate([Row(0, 0, (0,), (0,))])
        except Exception as error:  # a model may raise anything at a mask and a cache that aren't its own
            raise NotShareable("it takes no mask or cache but its own") from error
        per_cell = self._bytes_per_cell()
        affordable = min(settings.kv_cells, settings.kv_mib * 2**20 // per_cell)
        self._resize(check_cells(affordable, settings, per_cell), settings.sequences)
        if blocks:
            self._try_blocks(model)
        if graphs:
            room = {kind: torch.empty(LARGEST, dtype=self._dtype, device=self._device) for kind in self._windows}
            self.graphs = Graphs(self._forward, partial(self._inputs, room=room), settings.outputs, self._device)
            if self.blocks:
                self.graphs.prepare(self.placed([Row(0, 0, (0,), (0,))]), settings.batch)
                self.clear()

    def _try_blocks(self, model: Any) -> None:
        """Compute attention in blocks from now on, if a batch comes out the same: two prompts that begin alike, one of
        them longer than a block."""
        begin = [Row(at, at, (0, 1), None) for at in range(5)]
        longer = [Row(at, at, (0,), (0,) if at in (5, 5 + ROWS) else None) for at in range(5, 6 + ROWS)]
        other = [Row(6, 5, (1,), None), Row(5, 6, (1,), (0,))]
        reason = ""
        try:
            use_blocks(model)
            self.evaluate(begin)
            self.blocks = True
            batch = self.placed([*longer, *other])
            expected = fetched(self.evaluate_in(batch.whole, batch))
            off = difference(fetched(self.evaluate_in(batch.divided, batch)), expected)
            if not off <= (WITHIN if self._dtype == torch.float32 else ROUNDED):  # NaN too
                reason = f"a batch comes out {off:.2g} nats off"
        except Exception as error:  # a model may raise anything
            reason = " ".join(str(error).split())[:300] or type(error).__name__
        self.clear()
        if reason:
            self.blocks = False
            if model.config._attn_implementation == NAME:
                model.set_attn_implementation(USUAL)
            print(f"attention isn't computed in blocks: {reason}", file=sys.stderr, flush=True)

    def _resize(self, cells: int, sequences: int) -> None:
        self.cells = cells
        self._room.cells = cells + 1  # a spare one, for what fills a batch up
        self._cells = Cells(cells, sequences)

    def copy(self, source: int, target: int, end: int) -> None:
        """Give `target` the cells of `source` at positions [0, end)."""
        self._cells.copy(source, target, end)

    def drop(self, sequence: int, start: int) -> None:
        """Take `sequence` out of its cells from position `start` on."""
        self._cells.drop(sequence, start)

    def clear(self) -> None:
        """Empty the cache."""
        self._cells.clear()

    def evaluate(self, rows: Sequence[Row]) -> torch.Tensor:
        """Run one batch; returns the logits of the rows that end a prompt, in order, shape (ends, vocabulary), on the
        device, which may still be computing them. They are valid until the next batch."""
        batch = self.placed(rows)
        found = None if self.graphs is None else self.graphs.evaluate(batch)
        return self.evaluate_in(batch.shape, batch) if found is None else found

    def placed(self, rows: Sequence[Row]) -> Placed:
        """Give rows their cells."""
        cells = self._cells.place(rows)
        seen = self._cells.seen(rows)
        ends = [index for index, row in enumerate(rows) if row.path is not None]
        return Placed(rows, cells, seen, ends, in_blocks(seen) if self.blocks else None)

    def evaluate_in(self, shape: Shape, batch: Placed) -> torch.Tensor:
        """Run a batch in a shape of its own; returns the same as `evaluate`."""
        inputs = self._inputs(shape)
        inputs.fill(batch)
        return self._forward(inputs)

    def _inputs(self, shape: Shape, room: Mapping[str, torch.Tensor] | None = None) -> Inputs:
        return Inputs(shape, self._windows, self.cells, self._dtype, self._device, room)

    def _forward(self, inputs: Inputs) -> torch.Tensor:
        self._room.placed, self._room.seen, self._room.blocks = inputs.placed, inputs.seen, inputs.shape.blocks
        masks = inputs.masks
        with attending(inputs.laid):
            return self._run(
                at=inputs.at,
                input_ids=inputs.ids[None],
                position_ids=inputs.positions[None],
                attention_mask=masks if len(masks) > 1 else next(iter(masks.values())),
                past_key_values=self._keys,
                use_cache=True,
            )

    def _bytes_per_cell(self) -> int:
        found = sum(layer.bytes_per_cell for layer in self._keys.layers if isinstance(layer, _Layer))
        if not found:
            raise NotShareable("it keeps no keys and values")
        return found


class _Room:
    """What all layers need to know: how many cells there are, and which of them the present batch writes and sees, all
    of it or, one after another, its blocks."""

    def __init__(self, device: torch.device) -> None:
        self.cells = 1
        self.blocks = 0
        self.placed = self.seen = torch.zeros(0, dtype=torch.long, device=device)


class _Layer(CacheLayerMixin):  # type: ignore[no-untyped-call]  # as it registers its subclasses
    """One layer's keys and values by cell, each of shape (cells, heads, size), with the layer's own sizes."""

    is_sliding = False

    def __init__(self, room: _Room) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._room = room
        self._held: list[torch.Tensor] = []

    @property
    def bytes_per_cell(self) -> int:
        """The bytes that a token takes in this layer."""
        return sum(held.nbytes // held.shape[0] for held in self._held)

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Make room for all cells."""
        self._held = [
            states.new_zeros((self._room.cells, states.shape[1], states.shape[3]))
            for states in (key_states, value_states)
        ]
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Keep a batch's keys and values; returns those of all cells that it sees, each of shape (1, heads, cells,
        size), or those that each block sees, (blocks, heads, cells, size)."""
        if not self._held or self._held[0].shape[0] != self._room.cells:
            self.lazy_initialization(key_states, value_states)
        keys, values = (self._kept(*both) for both in zip(self._held, (key_states, value_states), strict=True))
        return keys, values

    def _kept(self, held: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        held.index_copy_(0, self._room.placed, states[0].transpose(0, 1))
        seen = held.index_select(0, self._room.seen)
        return seen.view(self._room.blocks or 1, -1, *seen.shape[1:]).transpose(1, 2)

    def get_seq_length(self) -> int:
        """The length that transformers takes for the past. It never matters, because positions are given."""
        return 0

    def get_max_length(self) -> int:
        """The cache is unlimited, as far as transformers is concerned."""
        return -1

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys."""
        return len(self._room.seen), 0


def _obstacle(model: Any) -> str:
    """Why prompts can't share cells, as a clause; empty if nothing is known against it."""
    if model._is_stateful:
        return "it has recurrent layers, whose state holds one prompt"
    taken = inspect.signature(model.forward).parameters
    missing = [what for name, what in _NEEDED.items() if name not in taken]
    return f"it can't be given {' or '.join(missing)}" if missing else ""


def _windows(config: Any) -> dict[str, int | None]:
    """How far back attention reaches, by the kind of a layer; None: without limit. Raises NotShareable."""
    window = getattr(config, "sliding_window", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    if others := kinds - {_SLIDING, _FULL}:
        raise NotShareable(f"it has layers of the kind {', '.join(sorted(others))}")
    if _SLIDING in kinds:
        return {_FULL: None, _SLIDING: int(window or 0)}
    if window and not kinds and getattr(config, "use_sliding_window", True):
        return {_FULL: int(window)}
    return {_FULL: None}
