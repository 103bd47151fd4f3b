"""The documented way to play: llama-cpp-python's `create_completion`, one call per move."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from benchmarks.support.child import serve


def begin(task: dict[str, Any]) -> Callable[[Any], Any]:
    """Load the model at the task's `path`. A question is a list of matches, each a list of prompts. They are asked one
    after another, each first distribution is read for the tokens `counted` for each move, and the answer is the
    seconds that they take."""
    if task["cautious"]:
        _without_extra_layouts()
    llama = llama_cpp.Llama(
        task["path"],
        n_ctx=task["room"],
        n_threads=task["threads"],
        n_threads_batch=task["threads"],
        # The prefix cache: a Llama keeps the KV of the last prompt and evaluates only what differs, which for
        # consecutive rounds is nearly all that can be saved. It needs the whole window, or nothing is reused.
        swa_full=True,
        verbose=False,
    )
    counted = [np.array(tokens) for tokens in task["counted"]]
    first = True

    def read(_: NDArray[np.intc], logits: NDArray[np.single]) -> NDArray[np.single]:
        nonlocal first
        if first:
            row = logits.astype(np.float64)
            row -= row.max()
            logprobs = row - np.log(np.exp(row).sum())
            for tokens in counted:
                np.exp(logprobs[tokens]).sum()
            first = False
        return logits

    processors = llama_cpp.LogitsProcessorList([read])

    def ask(prompt: list[int]) -> None:
        nonlocal first
        first = True
        # the sampling of the tournament: temperature 1, nothing truncated
        llama.create_completion(
            prompt,
            max_tokens=task["tokens"],
            stop=task["stops"],
            temperature=1.0,
            top_p=1.0,
            top_k=0,
            min_p=0.0,
            logits_processor=processors,
        )

    def play(matches: Sequence[Sequence[list[int]]]) -> float:
        ask(matches[-1][-1])  # warms up, with a beginning that the next prompt shares anyway
        begun = time.perf_counter()
        for match in matches:
            for prompt in match:
                ask(prompt)
        return time.perf_counter() - begun

    return play


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
    serve(begin)
