"""What a cell of poems asks of a model: one request, many answers, and the poems read once more for their surprisal."""

from __future__ import annotations

from typing import Final

from arena.experiments.cost import Amount, Cost, as_asked, estimated_tokens
from arena.experiments.past import Shown
from arena.experiments.poems.cells import MOST_DRAWS, PoemsCell, stop_rule

# what Gemma 3 270M and SmolLM2-135M have shown: answers per poem, tokens beyond the first per answer
_PER_POEM: Final = 10.0
_PER_ANSWER: Final = 58.0
POEM_TOKENS: Final = 45.0  # about, when it is read once more


def cost(cell: PoemsCell, n: int, shown: Shown, left: float) -> Cost:
    """The cost of `n` poems."""
    request, infix = cell.wording.fill({"topic": cell.topic})
    size = float(estimated_tokens(as_asked(cell.format, request, infix)))
    per_poem, per_answer = _PER_POEM, _PER_ANSWER
    past = shown.similar(cell.spec)
    if past is not None and past.valid:
        per_poem, per_answer = past.asked / past.valid, past.answer_tokens / past.asked
        size = float(past.prompt_tokens)
    read, most = n * (size + POEM_TOKENS), stop_rule(cell.wording).max_tokens - 1
    answers = Amount(n * per_poem * per_answer + read, n * MOST_DRAWS * most + read)
    return Cost(Amount(1.0, 1.0), Amount(size, size) + answers, left, past is not None)
