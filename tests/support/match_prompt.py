"""The prompt of the third round of a match of rock-paper-scissors, and where an answer to it ends."""

from __future__ import annotations

from arena.backends.base import StopRule

MOVES = StopRule(r"(?<!\w)(?:rock|paper|scissors)(?!\w)", r"\w[^\n]*\n", max_tokens=8)
HEAD = "A match of rock, paper, scissors between Ann and Bob. Each line says who chose what, and who won.\n\n"
ROUND = "Round {}: Ann chose {}, Bob {}.\n"
ASKED = HEAD + ROUND.format(1, "rock", "paper") + ROUND.format(2, "paper", "rock") + "Round 3: Ann chose"
