"""From a prompt's segments to token ids.

Special tokens are recognised in a format's own text only, never in an instruction or a history. A tokenizer that
knows marks gets the whole prompt, so that it takes account of the text beside a special token; for others each stretch
of ordinary text between special tokens is tokenised in one piece. Either way nothing is cut at the seams of segments,
and BOS comes first, once, if the model's tokenizer adds one or the format begins with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from arena.backends.base import LanguageModel, Vocabulary
from arena.concurrency import aside
from arena.prompts.chat_template import ChatTemplate
from arena.prompts.formats import Segment, render
from arena.records import Prompt


def chat_template(model: LanguageModel) -> ChatTemplate | None:
    """The model's own chat template, with the special tokens that it may name."""
    vocabulary = model.vocabulary
    if vocabulary.chat_template is None:
        return None
    return ChatTemplate(vocabulary.chat_template, tuple(sorted(vocabulary.named.items())), model.name)


async def read(model: LanguageModel, format: str, request: str, infix: str) -> Prompt:
    """A request in a format, as this model reads it. Raises InputError for a format that the model doesn't have."""
    return await as_prompt(model, await aside(render, format, request, infix, chat_template(model)))


async def as_prompt(model: LanguageModel, segments: Sequence[Segment]) -> Prompt:
    """A prompt's text, and its token ids."""
    return Prompt("".join(segment.text for segment in segments), await encode(model, segments))


async def encode(model: LanguageModel, segments: Sequence[Segment]) -> tuple[int, ...]:
    """The token ids of a prompt, BOS included."""
    vocabulary = model.vocabulary
    if vocabulary.mark:
        marked = (vocabulary.marked(segment.text) if segment.special else segment.text for segment in segments)
        tokens = await model.tokenize("".join(marked), False)
    else:
        tokens = await _between(model, _stripped(_runs(segments, vocabulary), vocabulary))
    bos = () if vocabulary.bos is None or tokens[:1] == (vocabulary.bos,) else (vocabulary.bos,)
    return bos + tokens


async def _between(model: LanguageModel, runs: Sequence[str | int]) -> tuple[int, ...]:
    """Special tokens' ids unchanged, and the ids of each text between them."""
    texts = await asyncio.gather(*(model.tokenize(run, False) for run in runs if isinstance(run, str)))
    encoded = iter(texts)
    tokens: list[int] = []
    for run in runs:
        tokens.extend(next(encoded) if isinstance(run, str) else (run,))
    return tuple(tokens)


def _stripped(runs: list[str | int], vocabulary: Vocabulary) -> list[str | int]:
    """The same runs, without the white space that special tokens beside it take up."""
    around = [None, *runs, None]
    for before, at, after in zip(around, range(len(runs)), around[2:], strict=False):
        text = runs[at]
        if isinstance(text, str):
            text = text.lstrip() if before in vocabulary.rstrips else text
            runs[at] = text.rstrip() if after in vocabulary.lstrips else text
    return [run for run in runs if run != ""]


def _runs(segments: Sequence[Segment], vocabulary: Vocabulary) -> list[str | int]:
    """Ordinary text and special tokens' ids in order; neighbouring texts are joined."""
    pieces: list[str | int] = []
    for segment in segments:
        position = 0
        for match in vocabulary.special_pattern.finditer(segment.text) if segment.special else ():
            pieces += segment.text[position : match.start()], vocabulary.specials[match.group()]
            position = match.end()
        pieces.append(segment.text[position:])
    runs: list[str | int] = []
    for piece in pieces:
        if isinstance(piece, str) and runs and isinstance(runs[-1], str):
            runs[-1] += piece
        else:
            runs.append(piece)
    return runs
