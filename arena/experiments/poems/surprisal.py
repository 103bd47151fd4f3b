"""How surprising a poem is to the model that wrote it: its surprisal in bits a word, given the request."""

from __future__ import annotations

import math

from arena.backends.base import LanguageModel, Vocabulary
from arena.experiments.poems.originality import words
from arena.experiments.poems.poem import FoundPoem
from arena.records import Prompt, Sample


async def bits_per_word(model: LanguageModel, prompt: Prompt, answer: Sample, poem: FoundPoem) -> float | None:
    """Minus the sum of log2 p over the poem's tokens, as they were sampled, divided by its number of words. p is the
    model's own raw distribution (temperature 1, nothing truncated), whatever the sampling was.

    What stands before the poem in the answer is given; a token that only partly belongs to the poem counts. None for an
    answer without tokens, from a server that doesn't show them. Raises ModelError if the model fails.
    """
    tokens = answer.tokens
    first, last = _span(model.vocabulary, tokens, poem)
    if first == last:
        return None
    scores = await model.score((*prompt.tokens, *tokens[:last]))
    return -math.fsum(scores.logprobs[-(last - first) :]) / math.log(2) / max(1, len(words(poem.lines)))


def _span(vocabulary: Vocabulary, tokens: tuple[int, ...], poem: FoundPoem) -> tuple[int, int]:
    """The tokens that spell the poem: from which up to which. Offsets are in letters of the decoded answer."""
    ends = [len(vocabulary.text(tokens[: count + 1])) for count in range(len(tokens))]
    first = sum(end <= poem.start for end in ends)
    last = sum(end < poem.end for end in ends) + 1
    return first, min(last, len(tokens))
