"""Arena's engine on a GGUF file, compared with llama.cpp's own evaluation of whole prompts in fresh contexts."""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Sequence
from typing import Any

import llama_cpp as native
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from arena.backends.base import Draw, Request, StopRule
from arena.backends.local.engine import Engine
from arena.backends.local.evaluator import Path, Row
from arena.backends.local.library import LoadError
from arena.backends.local.llamacpp.library import LlamaCppLibrary
from arena.backends.local.settings import Settings

SETTINGS = Settings(threads=1, batch=128, kv_cells=768, kv_mib=256, sequences=32)
_FOUR_TOKENS = StopRule("(?!)", "(?!)", max_tokens=4)


class _Heard(LlamaCppLibrary):
    """The library, keeping each row of logits that was waited for."""

    def __init__(self, path: str) -> None:
        super().__init__(path, SETTINGS)
        self.heard: list[tuple[Path, NDArray[np.float32]]] = []

    def evaluate(self, rows: Sequence[Row]) -> None:
        super().evaluate(rows)
        self.heard += [(row.path, self.logits(at).copy()) for at, row in enumerate(rows) if row.path is not None]


class _Rounded(_Heard):
    """With keys and values as for rounded weights, whatever the weights are."""

    def _new_context(self, *sizes: Any, **named: Any) -> native.llama_context_p:
        self.rounded = True
        return super()._new_context(*sizes, **named)


class _Unrounded(_Heard):
    """With keys and values in 32 bits, so that only sharing can make a difference."""

    def _parameters(self, *sizes: Any) -> native.llama_context_params:
        return _in_32_bits(super()._parameters(*sizes))


def differences(path: str) -> tuple[float, float]:
    """The largest difference of a log-probability, in nats: with keys and values unrounded, and rounded as Arena does
    for rounded weights.

    Raises LoadError if Arena refuses it.
    """
    unrounded, rounded = _asked(_Unrounded(path)), _asked(_Rounded(path))
    plain = _Plain(unrounded)
    rows = {prompt: plain(prompt) for prompt, _ in (*unrounded.heard, *rounded.heard)}
    one, other = (max(_apart(row, rows[prompt]) for prompt, row in run.heard) for run in (unrounded, rounded))
    return one, other


def _asked(library: _Heard) -> _Heard:
    """The same library, after the engine has asked it for prompts and answers that share their beginnings."""
    engine = Engine(
        library,
        library.vocabulary(),
        cells=library.cells,
        sequences=library.sequences,
        batch=SETTINGS.batch,
        outputs=16,
        states=library.states,
    )
    numbers = itertools.count()
    for wave in _waves(library.vocabulary_size):
        for number, prompt in zip(numbers, wave):  # noqa: B905  # the count has no end
            draw = Draw(f"draw {number}", 2) if number % 3 else None
            engine.submit(number, Request(prompt, (), _FOUR_TOKENS, draw=draw, top=0))
        while engine.busy:
            engine.step()
    return library


def _waves(size: int) -> list[list[Path]]:
    """Sixteen prompts that begin alike, as many that continue them, some again; a long one, others, its branches."""
    chance = random.Random(0)

    def tokens(count: int) -> Path:
        return tuple(chance.randrange(size) for _ in range(count))

    begin = tokens(9)
    first = [begin[: 9 - number % 3] + tokens(3 + number // 4) for number in range(16)]
    long = first[0] + tokens(290)
    again = [long[:at] + tokens(2) for at in range(20, 300, 40)]  # branches far behind its end
    return [
        first,
        [prompt + tokens(5) for prompt in first] + first[:3],
        [long, *first[2:4]],
        [tokens(15) for _ in range(16)],
        again,
    ]


def _in_32_bits(parameters: native.llama_context_params) -> native.llama_context_params:
    parameters.type_k = parameters.type_v = 0  # f32
    parameters.flash_attn_type = native.LLAMA_FLASH_ATTN_TYPE_DISABLED  # it rounds too
    return parameters


class _Plain:
    """One decode of a whole prompt in a context that holds nothing else."""

    def __init__(self, library: LlamaCppLibrary) -> None:
        parameters = _in_32_bits(native.llama_context_default_params())
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = 512
        parameters.n_threads = parameters.n_threads_batch = 1
        self._library = library
        self._context = native.llama_init_from_model(library._model, parameters)

    def __call__(self, prompt: Path) -> NDArray[np.float32]:
        native.llama_memory_clear(native.llama_get_memory(self._context), True)
        tokens = (native.llama_token * len(prompt))(*prompt)  # the batch holds only a pointer to them
        batch = native.llama_batch_get_one(tokens, len(prompt))
        assert native.llama_decode(self._context, batch) == 0
        pointer = native.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, (self._library.vocabulary_size,)).copy()


def _apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    rows = (log_softmax(row.astype(np.float64)) for row in (one, other))
    return float(np.abs(np.subtract(*rows)).max())


if __name__ == "__main__":
    try:
        for file in sys.argv[1:]:
            print(*differences(file), flush=True)
    except LoadError as error:
        print(error)
        sys.exit(3)
