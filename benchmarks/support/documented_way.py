"""The documented way to play: llama-cpp-python's `create_completion`, one call per move, on given prompts.

It is a separate program, so that its memory and its crashes are its own. It reads a task from standard input and prints
its measurements, both in JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import llama_cpp
import numpy as np
from llama_cpp.llama_cache import LlamaRAMCache
from numpy.typing import NDArray


def documented(task: dict[str, Any]) -> dict[str, Any]:
    """Ask one prompt after another with `create_completion`, and read each first distribution.

    The task has the model's `path`, its `threads`, whether to be `cautious`, the token ids of the `prompts` and of the
    tokens `counted` for each move, and the `cache`: prefix or ram. Returns the seconds and the mean mass.
    """
    if task["cautious"]:
        _without_extra_layouts()
    longest = max(len(prompt) for prompt in task["prompts"])
    llama = llama_cpp.Llama(
        task["path"],
        n_ctx=-(-(longest + 64) // 256) * 256,
        n_threads=task["threads"],
        n_threads_batch=task["threads"],
        # The prefix cache: a Llama keeps the KV of the last prompt and evaluates only what differs, which for
        # consecutive rounds is nearly all that can be saved. It needs the whole window, or nothing is reused.
        swa_full=True,
        verbose=False,
    )
    if task["cache"] == "ram":
        # The documented cache of whole states. It copies KV and logits at every call (hundreds of MiB with this
        # vocabulary), so it is slower here than doing without, and is not the default of this benchmark.
        llama.set_cache(LlamaRAMCache(capacity_bytes=2 << 30))
    counted = [np.array(tokens) for tokens in task["counted"]]
    policies: list[list[float]] = []
    first = True

    def read(_: NDArray[np.intc], logits: NDArray[np.single]) -> NDArray[np.single]:
        nonlocal first
        if first:
            row = logits.astype(np.float64)
            row -= row.max()
            logprobs = row - np.log(np.exp(row).sum())
            policies.append([float(np.exp(logprobs[tokens]).sum()) for tokens in counted])
            first = False
        return logits

    processors = llama_cpp.LogitsProcessorList([read])

    def ask(prompt: list[int]) -> None:
        nonlocal first
        first = True
        # the sampling of the tournament: temperature 1, nothing truncated
        llama.create_completion(
            prompt,
            max_tokens=8,
            stop=["\n"],
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            min_p=0.0,
            logits_processor=processors,
        )

    ask(task["prompts"][-1])  # the first call warms up, with a beginning that the next prompt shares anyway
    policies.clear()
    begun = time.perf_counter()
    for prompt in task["prompts"]:
        ask(prompt)
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "mass": float(np.mean([sum(policy) for policy in policies]))}


def _without_extra_layouts() -> None:
    """Turn off extra weight layouts, which can crash on CPUs with AMX; Llama has no argument for that."""
    defaults = llama_cpp.llama_model_default_params

    def cautious() -> Any:
        parameters = defaults()
        parameters.use_extra_bufts = False
        return parameters

    llama_cpp.llama_model_default_params = cautious
    llama_cpp.llama_cpp.llama_model_default_params = cautious


if __name__ == "__main__":
    print(json.dumps(documented(json.load(sys.stdin))))
