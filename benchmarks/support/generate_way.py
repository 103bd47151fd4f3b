"""Another way to play: transformers' `generate`, on many prompts at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.support.child import serve


def begin(task: dict[str, Any]) -> Callable[[Any], Any]:
    """Load the model in the GGUF file at the task's `path`, in 32 bits; a question is a list of prompts, which are
    asked together, and the answer the seconds that they take."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(task["threads"])
    path = Path(task["path"])
    found: Any = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    model = found.eval()

    def play(prompts: Sequence[list[int]]) -> float:
        begun = time.perf_counter()
        generate(model, prompts, "cpu", task["tokens"], task["ends"])
        return time.perf_counter() - begun

    return play


def generate(
    model: Any, prompts: Sequence[list[int]], device: str, tokens: int, ends: Sequence[int] | None = None
) -> None:
    """Ask for answers of at most so many `tokens`, with the sampling of a tournament, and for the first distribution,
    from which the adversary reads. An answer is over with one of the tokens `ends`; None: as the model says."""
    import torch

    longest = max(map(len, prompts))
    padded = [[0] * (longest - len(prompt)) + prompt for prompt in prompts]
    mask = [[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    found = model.generate(
        torch.tensor(padded, device=device),
        attention_mask=torch.tensor(mask, device=device),
        do_sample=True,
        temperature=1.0,
        top_k=0,
        top_p=1.0,
        max_new_tokens=tokens,
        pad_token_id=0,
        output_scores=True,
        return_dict_in_generate=True,
        **({} if ends is None else {"eos_token_id": list(ends)}),
    )
    torch.log_softmax(found.scores[0].float(), dim=-1).cpu()


if __name__ == "__main__":
    serve(begin)
