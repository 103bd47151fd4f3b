"""Where texts can be cut so that llama.cpp's perplexity program and Arena read the same tokens, in a process of its own
and with nothing of Arena's: a JSON task comes in, and what to read of each text goes out."""

from __future__ import annotations

import json
import re
import sys
from typing import Any


def cuts(task: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Of each text the beginning that fills a window of at most `most` tokens, the part of it that the program only
    reads (it scores what comes behind the middle), and the tokens of that window.

    A beginning has the same tokens by itself as in the whole text, and the text at least twice as many, as the program
    wants."""
    from llama_cpp import Llama

    llama = Llama(task["path"], vocab_only=True, verbose=False)
    before = int(task["bos"])

    def tokens(text: str) -> list[int]:
        found: list[int] = llama.tokenize(text.encode(), add_bos=False, special=False)
        return found

    found = []
    for text in task["texts"]:
        whole = tokens(text)
        ends = {}
        for word in re.finditer(r"\S+", text):
            begins = tokens(text[: word.end()])
            if len(begins) > task["most"] or 2 * (len(begins) + before) > len(whole):
                break
            if begins == whole[: len(begins)]:
                ends[len(begins)] = word.end()
        size, half = next(
            (size, half)
            for size in sorted((many + before for many in ends), reverse=True)
            if size <= task["most"] and (half := size // 2 + 1 - before) in ends
        )
        found.append((text[: ends[size - before]], text[: ends[half]], size))
    return found


if __name__ == "__main__":
    json.dump(cuts(json.load(sys.stdin)), sys.stdout)
