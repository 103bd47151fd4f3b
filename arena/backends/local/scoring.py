"""The log-probability of every token of a given text, computed in a sequence of the cache that is lent for it."""

from __future__ import annotations

from collections.abc import Iterator, Reversible

from arena.backends.local.evaluator import Evaluator, Path, Row
from arena.backends.local.rows import Told, Wanted
from arena.backends.local.states import States
from arena.backends.local.tree import Tree


def scores(
    evaluator: Evaluator, cache: Tree | States, tokens: Path, pending: Reversible[Path], outputs: int
) -> Iterator[Told]:
    """The answers for the rows after tokens[:1], tokens[:2] and so on: the score of the token that follows.

    `outputs` rows are evaluated at a time, so that their logits take no more memory than those of any batch. Nothing is
    shared with the prompts in the cache: they stay as they are, except for those that must make room (first those that
    aren't in `pending`, the paths that are waited for).
    """
    sequence = cache.lend(len(tokens) - 1, pending)
    for start in range(0, len(tokens) - 1, outputs):
        ends = range(start, min(start + outputs, len(tokens) - 1))
        evaluator.evaluate([Row(tokens[at], at, (sequence,), tokens[: at + 1]) for at in ends])
        yield from evaluator.ask([Wanted(index, scored=(tokens[at + 1],)) for index, at in enumerate(ends)])()
    cache.take_back(sequence, len(tokens) - 1)
