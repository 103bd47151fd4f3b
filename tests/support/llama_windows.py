"""The bits of documents by llama.cpp's own evaluation, through windows, in a process of its own and with nothing of
Arena's: a JSON task comes in, and a number for each text goes out."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import numpy as np
from scipy.special import log_softmax


def bits(task: dict[str, Any]) -> list[float]:
    """`window` tokens at a time, with the model's BOS among them if `bos`, each `stride` further than the ones before;
    what an earlier window scored isn't scored again."""
    from llama_cpp import Llama

    window, stride = task["window"], task["stride"]
    llama = Llama(task["path"], n_ctx=window, n_batch=window, n_threads=1, logits_all=True, verbose=False)
    before = [llama.token_bos()] if task["bos"] else []
    found = []
    for text in task["texts"]:
        tokens = llama.tokenize(text.encode(), add_bos=False, special=False)
        total, begun, room = 0.0, 0, window - len(before)
        while begun < len(tokens):
            end = min(len(tokens), begun + stride if begun else room)
            shown = before + tokens[max(0, end - room) : end]
            llama.reset()
            llama.eval(shown)
            rows = log_softmax(np.asarray(llama.scores[: len(shown)], dtype=np.float64), axis=1)
            new = range(max(1, len(shown) - (end - begun)), len(shown))
            total -= sum(rows[at - 1, shown[at]] for at in new)
            begun = end
        found.append(total / math.log(2))
    return found


if __name__ == "__main__":
    json.dump(bits(json.load(sys.stdin)), sys.stdout)
