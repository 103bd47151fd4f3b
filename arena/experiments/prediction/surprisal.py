"""How surprising a text is to a model, word by word: its bits for each word, given a prompt."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from arena.backends.base import LanguageModel

_WORD: Final = re.compile(r"\S+")


def words(text: str) -> tuple[str, ...]:
    """The words of a text: what white space separates, as it is written."""
    return tuple(_WORD.findall(text))


def word_bytes(text: str) -> list[int]:
    """How many bytes of UTF-8 each word has, with the white space before it; that at the end is the last one's."""
    ends = _ends(text)
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


async def word_bits(
    model: LanguageModel, prompt: tuple[int, ...], text: str, tokens: Sequence[int] | None = None
) -> list[float]:
    """Minus log2 of the probability of each word behind the prompt, under the model's raw distribution (temperature 1,
    nothing truncated), whatever the sampling was. Rounded to a thousandth of a bit.

    `tokens` are the text's own, where this model wrote it; otherwise it is tokenised by itself. A token belongs to the
    word in which it ends, with the white space before that; an end token belongs to none. Nothing for a text without
    words, or too long for the model. Raises ModelError if the model fails.
    """
    ends = _ends(text)
    spelt = tuple(await model.tokenize(text, False) if tokens is None else tokens)
    if not ends or not spelt or len(prompt) + len(spelt) > model.context:
        return []
    scores = await model.score((*prompt, *spelt))
    nats = scores.logprobs[-len(spelt) :]
    nats = (0.0,) * (len(spelt) - len(nats)) + nats  # the first token of all has none, if there is no prompt
    bits = [0.0] * len(ends)
    word = 0
    sizes = [len(model.vocabulary.pieces[token]) for token in spelt]
    # some tokenizers put a space before a text
    added = sum(sizes) - ends[-1] if model.vocabulary.text(spelt).endswith(text) else 0
    for end, nat in zip(accumulate(sizes, initial=-added), [0.0, *nats], strict=True):
        while word < len(ends) - 1 and end > ends[word]:
            word += 1
        bits[word] -= nat / math.log(2)
    return [round(each, 3) for each in bits]


def _ends(text: str) -> list[int]:
    """Where each word ends, in bytes; the last one with the text."""
    ends = [len(text[: found.end()].encode("utf-8", "replace")) for found in _WORD.finditer(text)]
    return [*ends[:-1], len(text.encode("utf-8", "replace"))] if ends else []
