"""Arena's engine on a model, compared with its library's own evaluation of each prompt by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from numpy.typing import NDArray

from arena.backends.base import Draw, Request, StopRule
from arena.backends.local.agreement import difference, settle
from arena.backends.local.engine import Engine
from arena.backends.local.evaluator import Path as Prompt
from arena.backends.local.evaluator import Row
from arena.backends.local.settings import Settings
from arena.backends.local.transformers.library import TransformersLibrary
from benchmarks.support.device import DEVICE

SETTINGS = Settings(threads=1, batch=64, kv_cells=1024, sequences=32, device=DEVICE)
_THREE_TOKENS = StopRule("(?!)", "(?!)", max_tokens=3)


class _Heard:
    """An evaluator that keeps each row of logits that was waited for."""

    def __init__(self, evaluator: Any) -> None:
        self._evaluator = evaluator
        self.copy, self.drop, self.logits, self.ask = evaluator.copy, evaluator.drop, evaluator.logits, evaluator.ask
        self.background, self.passing, self.clear = evaluator.background, evaluator.passing, evaluator.clear
        self.rows: list[tuple[Prompt, NDArray[np.float32]]] = []

    def evaluate(self, rows: Sequence[Row]) -> None:
        self._evaluator.evaluate(rows)
        self.rows += [(row.path, self.logits(at).copy()) for at, row in enumerate(rows) if row.path is not None]


def engine_apart(folder: Path, kind: type[TransformersLibrary] = TransformersLibrary) -> tuple[float, str]:
    """The largest difference in nats, and why each prompt is evaluated whole (empty if they share a cache).

    Sixteen prompts at once that begin alike, two of them longer than a batch, half of them with answers in progress.
    Raises LoadError if the model is refused.
    """
    library, why = settle(kind(str(folder), SETTINGS))
    heard = _Heard(library)
    engine = Engine(heard, library.vocabulary(), cells=library.cells, sequences=32, batch=64, outputs=16)
    for number, prompt in enumerate(_prompts(len(library.vocabulary().pieces) - 2)):
        draw = Draw(f"draw {number}", 1) if number % 2 else None
        engine.submit(number, Request(prompt, (), _THREE_TOKENS, draw=draw, top=0))
    while engine.busy:
        engine.step()
    model: Any = transformers.AutoModelForCausalLM.from_pretrained(folder)
    # not in from_pretrained: Falcon's older code, made for "eager", counts ALiBi twice
    model.set_attn_implementation("eager")
    model.eval().config.use_cache = False
    with torch.inference_mode():
        return max(difference(row[None], _plain(model, prompt), 1e-4) for prompt, row in heard.rows), why


def _plain(model: Any, prompt: Prompt) -> NDArray[np.float32]:
    logits: NDArray[np.float32] = model(input_ids=torch.tensor([prompt])).logits[0, -1:].float().numpy()
    return logits


def _prompts(size: int) -> Iterator[Prompt]:
    chance = random.Random(0)

    def tokens(count: int) -> Prompt:
        return tuple(chance.randrange(size) for _ in range(count))

    begin = tokens(9)
    for number in range(16):
        yield begin[: 9 - number % 3] + tokens(80 if number in (5, 11) else 3 + number // 4)
