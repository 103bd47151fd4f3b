"""The machine's limit: how many tokens per second llama.cpp evaluates, with nothing around it.

A separate program, like the documented way: a task on standard input, measurements on standard output, in JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

PREFILL = 512  # tokens of the long prompt
SEQUENCES = 64  # continued at once


def limit(task: dict[str, Any]) -> dict[str, Any]:
    """Tokens per second in one long prompt, and in many sequences side by side; `repeats` times each.

    The task has the model's `path`, its `threads` and whether to be `cautious`.
    """
    # here, because the benchmark that starts this program reads its constants and loads no llama.cpp
    from arena.backends.local.evaluator import Row
    from arena.backends.local.llamacpp.library import LlamaCppLibrary
    from arena.backends.local.settings import Settings

    settings = Settings(threads=task["threads"], cautious=task["cautious"], batch=PREFILL, outputs=SEQUENCES)
    library = LlamaCppLibrary(task["path"], settings)

    def token(index: int) -> int:
        return 1000 + index * 37 % 5000  # ordinary tokens: which ones makes no difference

    def timed(rows: list[Row]) -> float:
        begun = time.perf_counter()
        library.evaluate(rows)
        library.logits(len(rows) - 1)  # waits for the result
        return time.perf_counter() - begun

    prompt = [Row(token(index), index, (0,), () if index == PREFILL - 1 else None) for index in range(PREFILL)]
    prefill: list[float] = []
    decode: list[float] = []
    for repeat in range(task["repeats"] + 1):
        library.clear()
        seconds = timed(prompt)
        library.drop(0, 100)  # the rest is the stem of the sequences
        for sequence in range(1, SEQUENCES):
            library.copy(0, sequence, 100)
        steps = [
            timed([Row(token(sequence + step), 100 + step, (sequence,), ()) for sequence in range(SEQUENCES)])
            for step in range(4)
        ]
        if repeat:  # the first warms up
            prefill.append(PREFILL / seconds)
            decode.extend(SEQUENCES / step for step in steps)
    return {"prefill": prefill, "decode": decode}


if __name__ == "__main__":
    print(json.dumps(limit(json.load(sys.stdin))))
