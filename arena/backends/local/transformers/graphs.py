"""Batches in shapes that come up again, each captured once as a CUDA graph, which launches all kernels at once.

Launching a model's kernels one by one takes a GPU's host some 50 ms, whatever the batch; computing a batch takes it
a few. What can't be captured (a layer that waits for the device, say) is evaluated as before, and the log says why.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import torch

from arena.backends.local.transformers.inputs import Inputs, Placed
from arena.backends.local.transformers.shapes import Shape, Shapes

Forward = Callable[[Inputs], torch.Tensor]
"""Runs the model; returns logits, shape (outputs, vocabulary)."""

# of the largest logit: a graph launches the same kernels as the run before it, so it computes the same or nonsense
_WITHIN: Final = 1e-2


class Graphs:
    """The graphs of one model. Without CUDA nothing is captured, and the model is run in the same shapes."""

    def __init__(self, forward: Forward, inputs: Callable[[Shape], Inputs], outputs: int, device: torch.device) -> None:
        """`inputs` makes those of a shape, at most `outputs` rows of logits are wanted of a batch."""
        self._forward = forward
        self._inputs = inputs
        self._outputs = outputs
        self._device = device
        self._shapes = Shapes(outputs)
        self._captured: dict[Shape, _Captured] = {}
        self._logits = torch.zeros((0, 0))
        self._stream: Any = None
        self._pool: Any = None
        self.failure = ""  # why nothing is captured any more

    def prepare(self, batch: Placed, tokens: int) -> None:
        """Capture the usual shapes of at most `tokens` tokens, with a small batch of no importance."""
        for shape in self._shapes.usual(tokens):
            if self._device.type == "cuda" and not self.failure:
                self._first(shape, batch)

    def evaluate(self, batch: Placed) -> torch.Tensor | None:
        """The logits of the rows that end a prompt, shape (ends, vocabulary), valid until the next batch. None: this
        batch is to be evaluated in its own shape."""
        shape = None if self.failure else self._shapes.choose(batch.shape)
        if shape is None:
            return None
        found = self._captured.get(shape)
        if found is None:
            return self._first(shape, batch)
        found.inputs.fill(batch)
        return found.run()[: len(batch.ends)]

    def _first(self, shape: Shape, batch: Placed) -> torch.Tensor | None:
        """Capture a shape with the batch that needs it."""
        inputs = self._inputs(shape)
        inputs.fill(batch)
        if self._device.type != "cuda":
            self._captured[shape] = _Captured(inputs, lambda: self._forward(inputs))
            return self._forward(inputs)[: len(batch.ends)]
        usual = torch.cuda.current_stream(self._device)
        try:
            logits = self._capture(inputs, usual)[: len(batch.ends)]
        except Exception as error:  # whatever an unusual model does, or a full memory
            self.failure = " ".join(str(error).split())[:300] or type(error).__name__
            print(f"CUDA graphs are off: {self.failure}", file=sys.stderr, flush=True)
            self._captured.clear()
            return None
        finally:
            torch.cuda.set_stream(usual)  # a capture that fails leaves its own
        return logits

    @torch.inference_mode()
    def _capture(self, inputs: Inputs, usual: Any) -> torch.Tensor:
        """Run the model, capture it, replay it and compare. Raises whatever goes wrong."""
        shape = inputs.shape
        if self._stream is None:
            self._stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]
            self._pool = torch.cuda.graph_pool_handle()
        # the first run lets libraries choose and load their kernels, which can't be captured
        self._stream.wait_stream(usual)
        with torch.cuda.stream(self._stream):
            expected = self._forward(inputs)
            if not self._captured:
                self._logits = expected.new_empty((self._outputs, expected.shape[-1]))
                with _never_waits():
                    self._forward(inputs)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"):
            self._logits[: shape.outputs].copy_(self._forward(inputs))
        usual.wait_stream(self._stream)
        logits = self._logits[: shape.outputs]
        graph.replay()
        if not (logits - expected).abs().amax() <= _WITHIN * expected.abs().amax():  # NaN too
            raise RuntimeError("a captured graph computes something else than the model")

        def run() -> torch.Tensor:
            graph.replay()
            return logits

        self._captured[shape] = _Captured(inputs, run)
        return logits


@dataclass(frozen=True, slots=True)
class _Captured:
    """A shape: its inputs, and what runs the model on them."""

    inputs: Inputs
    run: Callable[[], torch.Tensor]


@contextmanager
def _never_waits() -> Iterator[None]:
    """Raise RuntimeError at whatever makes the host wait for the device. In a capture, some versions of torch don't
    survive it."""
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("error")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)
