"""From a prompt's segments to token ids.

Special tokens are recognised in a format's own text only, never in an instruction or a history. Ordinary
text is tokenised in one piece between them, also across the seams of segments, and BOS comes first, once, if
the model's tokenizer adds one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from arena.backends.base import LanguageModel, Vocabulary
from arena.prompts.formats import Segment


async def encode(model: LanguageModel, segments: Sequence[Segment]) -> tuple[int, ...]:
    """The token ids of a prompt, BOS included."""
    vocabulary = model.vocabulary
    runs = _runs(segments, vocabulary)
    texts = await asyncio.gather(*(model.tokenize(run, False) for run in runs if isinstance(run, str)))
    encoded = iter(texts)
    tokens = [] if vocabulary.bos is None else [vocabulary.bos]
    for run in runs:
        tokens.extend(next(encoded) if isinstance(run, str) else (run,))
    return tuple(tokens)


def _runs(segments: Sequence[Segment], vocabulary: Vocabulary) -> list[str | int]:
    """Ordinary text and special tokens' ids in turn; neighbouring texts are joined."""
    runs: list[str | int] = []

    def add(text: str) -> None:
        if not text:
            return
        if runs and isinstance(runs[-1], str):
            runs[-1] += text
        else:
            runs.append(text)

    for segment in segments:
        if not segment.special:
            add(segment.text)
            continue
        position = 0
        for match in vocabulary.special_pattern.finditer(segment.text):
            add(segment.text[position : match.start()])
            runs.append(vocabulary.specials[match.group()])
            position = match.end()
        add(segment.text[position:])
    return runs
