"""The machine's limit: how long llama.cpp needs for tokens and for distributions, with nothing around it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from arena.backends.local.evaluator import Row
from arena.backends.local.llamacpp.library import LlamaCppLibrary
from arena.backends.local.settings import Settings
from benchmarks.support.child import serve

_PREFILL = 512  # tokens of the long prompt
_SEQUENCES = 64  # continued at once


def begin(task: dict[str, Any]) -> Callable[[Any], Any]:
    """Load the model at the task's `path` as Arena does. A question is a number of repeats. The answer has the seconds,
    each the median of them: for a `token` of a long prompt, for a `row` more of which the distribution is wanted, and
    for a token in a step (`continued`) of many sequences side by side."""
    settings = Settings(threads=task["threads"], cautious=task["cautious"], batch=_PREFILL, outputs=_SEQUENCES)
    library = LlamaCppLibrary(task["path"], settings)

    def token(index: int) -> int:
        return 1000 + index * 37 % 5000  # ordinary tokens: which ones makes no difference

    def timed(rows: list[Row]) -> float:
        begun = time.perf_counter()
        library.evaluate(rows)
        library.logits(len(rows) - 1)  # waits for the result
        return time.perf_counter() - begun

    def prompt(outputs: int) -> float:
        library.clear()
        return timed([Row(token(at), at, (0,), () if at >= _PREFILL - outputs else None) for at in range(_PREFILL)])

    def step(number: int) -> float:
        at = 100 + number
        return timed([Row(token(sequence + number), at, (sequence,), ()) for sequence in range(_SEQUENCES)])

    def measure(repeats: int) -> dict[str, float]:
        found: dict[str, list[float]] = {"token": [], "row": [], "continued": []}
        for _ in range(repeats):
            many, one = prompt(_SEQUENCES), prompt(1)
            found["token"].append(one / _PREFILL)
            found["row"].append((many - one) / (_SEQUENCES - 1))
            library.drop(0, 100)  # the rest is the stem of the sequences
            for sequence in range(1, _SEQUENCES):
                library.copy(0, sequence, 100)
            found["continued"] += [step(number) / _SEQUENCES for number in range(4)]
        return {name: statistics.median(seconds) for name, seconds in found.items()}

    measure(1)  # warms up
    return measure


if __name__ == "__main__":
    serve(begin)
