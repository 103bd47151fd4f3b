"""What a cell of numbers asks of a model: one question, many answers, and the tree of exact mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from arena.experiments.cost import FREE, Amount, Cost, as_asked, estimated_tokens
from arena.experiments.drawing import MOST_DRAWS
from arena.experiments.numbers.cells import NumbersCell
from arena.experiments.numbers.exact import MOST_NODES
from arena.experiments.past import Shown

# what Gemma 3 270M and SmolLM2-135M have shown, by a task's length: draws per valid answer, tokens beyond the first per
# draw
_SHORT: Final = (1.4, 1.5)
_LONG: Final = (2.3, 25.0)


def cost(cell: NumbersCell, n: int, draws: bool, tree: bool, shown: Shown, left: float) -> Cost:
    """The cost of `n` valid answers if it `draws`, and of exact mode's `tree`, which cells that differ only in the
    sampling share."""
    if cell.wording is None or not (draws or tree):
        return replace(FREE, left=left)
    size = estimated_tokens(as_asked(cell.format, *cell.wording.render(cell.task.values, (), (), 1)))
    past = shown.similar(cell.spec)
    per_valid, per_draw = _SHORT if cell.task.length == 1 else _LONG
    per_valid *= max(1.0, _temperature(cell))  # what is drawn hotter is rejected more often
    if past is not None and past.valid:
        per_valid, per_draw = past.asked / past.valid, past.answer_tokens / past.asked
        size = past.prompt_tokens
    answers = Amount(n * per_valid * per_draw, float(n * MOST_DRAWS * (cell.task.max_tokens - 1)))
    prompts, tokens = Amount(1.0, 1.0), Amount(float(size), float(size))
    if draws:
        tokens += answers
    if tree:
        prompts, tokens = prompts + Amount(MOST_NODES, MOST_NODES), tokens + Amount(MOST_NODES, MOST_NODES)
    return Cost(prompts, tokens, left, past is not None)


def _temperature(cell: NumbersCell) -> float:
    """The temperature, or a middling one where it is to be matched and isn't known yet."""
    matched = cell.spec.asked is not None and cell.spec.asked.matched
    return 2.0 if matched and cell.sampling.temperature == 1.0 else cell.sampling.temperature
