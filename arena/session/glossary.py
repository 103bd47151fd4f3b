"""The words of the app, each in the sentence that docs/definitions.md has for it."""

from __future__ import annotations

from typing import Final

GLOSSARY: Final = {
    "determinism": "the largest probability in the policy: 1/n for uniform play over n moves, 1 for a fixed move.",
    "policy": "how likely each move is, according to the model itself, before it moves.",
    "mass": "the probability that the model gives to legal moves altogether, before the policy is made of it.",
    "loose mass": "the probability of all tokens that begin a move or that a move begins with; if it is far above "
    "the mass, the wording fits the model badly.",
    "net": "win rate minus loss rate, in points.",
    "foreseeable": "the share of a player's moves that a simple predictor expected, which looks at what followed "
    "their last two moves before.",
    "chance": "the share of moves that a guess gets right if all moves are equally likely: 1/n.",
}
