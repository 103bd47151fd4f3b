"""How much texts repeat themselves and each other: measures that people know, to stand beside others."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

Words = Sequence[str]

BLEU_ORDER: Final = 4  # the longest n-grams that BLEU counts


def ngrams(text: Words, n: int) -> list[tuple[str, ...]]:
    """All runs of n neighbouring words."""
    return [tuple(text[at : at + n]) for at in range(len(text) - n + 1)]


def distinct(texts: Sequence[Words], n: int) -> float | None:
    """Distinct-n (Li and others 2016): different n-grams of all texts as a share of all; None if there is none."""
    grams = [gram for text in texts for gram in ngrams(text, n)]
    return len(set(grams)) / len(grams) if grams else None


def self_bleu(texts: Sequence[Words]) -> float | None:
    """Self-BLEU (Zhu and others 2018): the mean over texts of BLEU-4 with all others as references, from 0 to 1.

    BLEU is that of Papineni and others (2002), without smoothing. A text too short for an n-gram has no precision for
    it; texts without words are left out. None for fewer than two texts.
    """
    texts = [text for text in texts if len(text)]
    if len(texts) < 2:
        return None
    counts = [[Counter(ngrams(text, n)) for text in texts] for n in range(1, BLEU_ORDER + 1)]
    precisions = [_precisions(of_order) for of_order in counts]
    return math.fsum(_bleu(at, texts, precisions) for at in range(len(texts))) / len(texts)


def _precisions(counts: Sequence[Counter[tuple[str, ...]]]) -> list[float | None]:
    """Of each text's n-grams, the share that another text has too, at most as often as it has it."""
    most: dict[tuple[str, ...], tuple[int, int]] = {}  # the largest count of a text, and the second largest
    for count in counts:
        for gram, often in count.items():
            first, second = most.get(gram, (0, 0))
            most[gram] = (often, first) if often > first else (first, max(second, often))
    found: list[float | None] = []
    for count in counts:
        shared = 0
        for gram, often in count.items():
            first, second = most[gram]
            shared += min(often, second if often == first else first)
        found.append(shared / count.total() if count else None)
    return found


def _bleu(at: int, texts: Sequence[Words], precisions: Sequence[Sequence[float | None]]) -> float:
    known = [of_order[at] for of_order in precisions]
    shares = [share for share in known if share is not None]
    if not all(shares):
        return 0.0
    length = len(texts[at])
    others = (len(other) for number, other in enumerate(texts) if number != at)
    nearest = min(others, key=lambda other: (abs(other - length), other))
    brevity = min(0.0, 1 - nearest / length)
    return math.exp(brevity + math.fsum(map(math.log, shares)) / len(shares))


def compression_ratio(texts: Sequence[str]) -> float | None:
    """The bytes of all texts, one after another, divided by those that zlib makes of them (as in Shaib and others
    2024, with gzip): the higher, the more repeated. None if there is no text."""
    data = "\n".join(texts).encode("utf-8", "replace")
    return len(data) / len(zlib.compress(data, 9)) if data else None
