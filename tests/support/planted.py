"""Texts with a known skeleton: stretches that all of them may hold, between words that are each text's own."""

from __future__ import annotations

import random

Words = tuple[str, ...]

_VOCABULARY = 4000


def noise(chance: random.Random, many: int, vocabulary: int = _VOCABULARY) -> Words:
    """Words as often as in a language: the k-th most common one about 1/k as often as the first."""
    names = [f"w{rank}" for rank in range(vocabulary)]
    return tuple(chance.choices(names, [1 / (rank + 3) for rank in range(vocabulary)], k=many))


def planted(
    share: float,
    *,
    texts: int = 30,
    spans: int = 6,
    length: int = 8,
    between: int = 8,
    seed: int = 0,
    vocabulary: int = _VOCABULARY,
) -> tuple[list[Words], list[Words]]:
    """Texts, and the skeleton's spans: each text holds each of them with the probability `share`, or else as many words
    of its own, with others of its own between them."""
    chance = random.Random(f"planted {share} {seed}")
    skeleton = [tuple(f"s{span}-{at}" for at in range(length)) for span in range(spans)]
    made = []
    for _ in range(texts):
        text: Words = ()
        for span in skeleton:
            text += noise(chance, between, vocabulary)
            text += span if chance.random() < share else noise(chance, length, vocabulary)
        made.append(text)
    return made, skeleton
