"""How long answers are, by wording: a server is asked for as many tokens as most of them need, not for the most."""

from __future__ import annotations

from collections import Counter, defaultdict

from arena.backends.base import StopRule

_FEW = 8  # answers that say too little
_A_FEW_MORE = 4  # tokens for an answer that got further than nearly all
_MOST = 0.75  # of the answers that got this far end within what is asked for


class Lengths:
    """The lengths of finished answers in tokens, by stop rule."""

    def __init__(self) -> None:
        self._seen: defaultdict[StopRule, Counter[int]] = defaultdict(Counter)

    def add(self, rule: StopRule, length: int) -> None:
        """An answer has ended."""
        self._seen[rule][length] += 1

    def needed(self, rule: StopRule, so_far: int) -> int:
        """How many further tokens to ask for, for an answer that has `so_far` of them: as many as three in four of
        those that got this far needed, rounded up to a power of two, so that few kinds of request differ."""
        left = rule.max_tokens - so_far
        if self._seen[rule].total() < _FEW:
            return left
        longer = {length: count for length, count in self._seen[rule].items() if length > so_far}
        count = sum(longer.values())
        if count < _FEW:
            return min(left, _A_FEW_MORE)
        passed = 0
        for length in sorted(longer):
            passed += longer[length]
            if passed >= _MOST * count:
                return min(left, 1 << (length - so_far - 1).bit_length())
        raise AssertionError("all of them are passed by the longest")
