"""What a cell asks of its model: how many prompts, and how many tokens are evaluated for it. Known before it is run, as
far as that is possible: what a model will answer decides what it is asked next.

`tokens` are those that a model must read or write: the prompts without what they share with another prompt of the cell,
and the answers beyond their first token (that one is drawn from what the prompt gives).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from arena.prompts.formats import CHAT_TEMPLATE, render

# A token per word, mark or run of line breaks: in Arena's wordings within a tenth of what Gemma's and SmolLM2's
# tokenizers give.
_WORD: Final = re.compile(r"<\|[^|]*\|>|\w+|[^\w\s]|\n+")
_CHATML: Final = ("<|im_start|>user\n", "<|im_end|>\n<|im_start|>assistant\n")  # most templates take about as much


@dataclass(frozen=True, slots=True)
class Amount:
    """What is likely, and the most that it can be."""

    likely: float
    most: float

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.likely + other.likely, self.most + other.most)

    def __mul__(self, factor: float) -> Amount:
        return Amount(self.likely * factor, self.most * factor)


NOTHING: Final = Amount(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a cell asks of a model in all, of which `left` is still to be done, from 0 to 1. `from_runs` says whether
    what is likely was learned from earlier runs of the same player in the same store."""

    prompts: Amount
    tokens: Amount
    left: float = 1.0
    from_runs: bool = False


FREE: Final = Cost(NOTHING, NOTHING)  # bots and people evaluate nothing


def estimated_tokens(text: str) -> int:
    """About how many tokens a text has, without a tokenizer."""
    return sum(1 for _ in _WORD.finditer(text))


def as_asked(format_: str, request: str, infix: str) -> str:
    """A prompt's text in a format; the model's own chat template, if that is the format, isn't known here."""
    if format_ == CHAT_TEMPLATE:
        before, after = _CHATML
        return f"{before}{request}{after}{infix}"
    return "".join(segment.text for segment in render(format_, request, infix))
