"""What is asked of a server about a prompt, whatever kind of server it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from arena.backends.base import Sampling

# characters of every kind, which any vocabulary can spell
PROBE: Final = 'The 1st move (of 20) is "rock"; then: paper_2, SCISSORS & hide-and-seek at 7.5%!'

NEVER: Final = -1e9  # added to a logit: its token has no probability left, in 32 bits too

_ENVELOPE, _A_TOKEN = 1 << 16, 256  # more than enough bytes for an answer, and for each token in it


@dataclass(frozen=True, slots=True)
class Kind:
    """What is asked about a prompt: how many tokens are sampled, and which numbers are wanted for the first of them;
    `scored`: whether those of the prompt's own tokens are; `without`: tokens that must not be sampled."""

    sampling: Sampling
    count: int
    wanted: tuple[int, ...] = ()
    top: int = 0
    scored: bool = False
    without: tuple[int, ...] = ()

    @property
    def tells(self) -> bool:
        """Whether it asks for numbers of a distribution."""
        return bool(self.wanted or self.top)

    def most_bytes(self, prompts: Sequence[tuple[int, ...]]) -> int:
        """A length in bytes that no answer to these prompts reaches."""
        own = sum(map(len, prompts)) if self.scored else 0
        return len(prompts) * (_ENVELOPE + _A_TOKEN * (self.count + len(self.wanted) + self.top)) + _A_TOKEN * own
